import "server-only";
import Link from "next/link";
import { type ReactNode, Suspense } from "react";
import { ChangeMark, FileChanges } from "#components/project/file-changes.tsx";
import { FileDifference } from "#components/project/file-difference.tsx";
import type { FileChange } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { diffFile } from "#server/usecases/diff-file.ts";

type Props = {
  ctx: Context;
  project: { readonly id: string; readonly slug: string };
  sides: Sides;
  changes: readonly FileChange[];
  changeCount: number;
  /** The one file that the address asks for, beyond those that are shown at once. */
  asked: string | undefined;
  /** The page's own address. */
  here: string;
  /** What can be done with one file, beside its name. */
  buttonOf?: (change: FileChange) => ReactNode;
};

/** `from` null is nothing at all; "base" and "working" are of one's own working copy. */
export type Sides = { readonly from: string | null; readonly to: string };

/** A page of more would take long to make and longer to read. */
const shownAtOnce = 12;

/** What differs, file by file: those at the top at once, each as soon as it is compared; the others one at a time. */
export function Differences({ ctx, project, sides, changes, changeCount, asked, here, buttonOf }: Props) {
  if (changes.length === 0) return <p className="border-t border-line py-8 font-serif text-lg text-soft">{t.projectFiles.diff.none}</p>;
  const chosen = changes.find((change) => change.path === asked);
  const shown = chosen ? [chosen] : changes.slice(0, shownAtOnce);
  const places = new Map(shown.map((change) => [change.path, `file-${changes.indexOf(change) + 1}`]));
  const hrefOf = (change: FileChange) => {
    const place = places.get(change.path);
    return place === undefined ? `${here}${here.includes("?") ? "&" : "?"}file=${encodeURIComponent(change.path)}` : `#${place}`;
  };
  return (
    <div className="flex min-w-0 flex-col gap-12">
      <FileChanges changes={changes} count={changeCount} hrefOf={hrefOf} />
      {shown.map((change) => (
        <section key={change.path} id={places.get(change.path)} aria-labelledby={`${places.get(change.path)}-title`} className="min-w-0 scroll-mt-6">
          <div className="mb-3 flex flex-wrap items-baseline gap-x-2 border-b border-line pb-2">
            <ChangeMark kind={change.kind} />
            <h2 id={`${places.get(change.path)}-title`} className="font-sans text-base font-semibold tracking-normal wrap-anywhere">
              {change.path}
            </h2>
            {change.from && <span className="text-soft wrap-anywhere">{t.projectFiles.diff.from(change.from)}</span>}
            {buttonOf && <span className="ml-auto">{buttonOf(change)}</span>}
          </div>
          <Suspense fallback={<p className="py-2 text-soft">{t.projectFiles.diff.comparing}</p>}>
            <OneFile ctx={ctx} project={project} sides={sides} change={change} />
          </Suspense>
        </section>
      ))}
      {chosen && (
        <p>
          <Link className="link" href={here} prefetch={false}>
            {t.projectFiles.diff.all}
          </Link>
        </p>
      )}
    </div>
  );
}

async function OneFile({ ctx, project, sides, change }: Pick<Props, "ctx" | "project" | "sides"> & { change: FileChange }) {
  const diff = await diffFile(ctx, { projectId: project.id, from: sides.from, to: sides.to, path: change.path, fromPath: change.from });
  if (!diff.ok) return <p className="notice notice-wrong">{diff.failure.message}</p>;
  const addresses = (side: string | null, path: string, bytes: number | null) =>
    side === null || bytes === null
      ? { raw: null, outputs: null }
      : { raw: routes.projectRaw(project.slug, path, side), outputs: routes.projectOutputs(project.slug, path, side) };
  return (
    <FileDifference
      change={change}
      diff={diff.value}
      before={addresses(sides.from, change.from ?? change.path, diff.value.beforeBytes)}
      after={addresses(sides.to, change.path, diff.value.afterBytes)}
    />
  );
}
