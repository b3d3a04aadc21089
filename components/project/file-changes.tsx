import Link from "next/link";
import type { FileChange } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";

const marks = { added: ["+", "text-fine"], removed: ["−", "text-wrong"], changed: ["•", "text-changed"], moved: ["→", "text-accent"] } as const;

/** How a file changed: by sign and word, colour last. */
export function ChangeMark({ kind }: { kind: FileChange["kind"] }) {
  const [sign, colour] = marks[kind];
  return (
    <span className={`change-mark ${colour}`}>
      <span aria-hidden>{sign}</span>
      <span className="sr-only">{t.projectFiles.diff.kinds[kind]}</span>
    </span>
  );
}

/** Which files differ; each leads to how. */
export function FileChanges({ changes, count, hrefOf }: { changes: readonly FileChange[]; count: number; hrefOf: (change: FileChange) => string }) {
  return (
    <section aria-labelledby="changed-files">
      <h2 id="changed-files" className="mb-1 font-sans text-sm font-medium tracking-normal text-soft">
        {t.projectFiles.diff.files(count)}
      </h2>
      <ul className="rows">
        {changes.map((change) => (
          <li key={change.path} className="flex items-baseline gap-2 py-1.5">
            <ChangeMark kind={change.kind} />
            <span className="min-w-0 wrap-anywhere">
              <Link className="hover:text-accent" href={hrefOf(change)} prefetch={false}>
                {change.path}
              </Link>
              {change.from && <span className="text-soft"> {t.projectFiles.diff.from(change.from)}</span>}
            </span>
          </li>
        ))}
        {count > changes.length && <li className="py-1.5 text-soft">{t.projects.page.andMore(count - changes.length)}</li>}
      </ul>
    </section>
  );
}
