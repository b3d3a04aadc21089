import { NotebookDiffView } from "#components/notebook/notebook-diff-view.tsx";
import { TextDiffView } from "#components/notebook/text-diff-view.tsx";
import type { FileChange, FileDiff } from "#lib/domain/project.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";

/** Where a side's bytes and outputs are fetched from; null where the file is not there, or cannot be fetched. */
export type SideAddresses = { readonly raw: string | null; readonly outputs: string | null };
type Props = { change: FileChange; diff: FileDiff; before: SideAddresses; after: SideAddresses };

/** How one file differs, in the shape that suits it. */
export function FileDifference({ change, diff, before, after }: Props) {
  const { shown } = diff;
  const name = change.path.split("/").at(-1) ?? change.path;
  switch (shown.kind) {
    case "notebook":
      return <NotebookDiffView diff={shown.diff} outputBase={{ before: before.outputs, after: after.outputs }} title={name} />;
    case "text":
      return <TextDiffView diff={shown.diff} />;
    case "image":
      return (
        <div className="beside">
          <Picture words={t.projectFiles.diff.before} address={before.raw} bytes={diff.beforeBytes} name={name} />
          <Picture words={t.projectFiles.diff.after} address={after.raw} bytes={diff.afterBytes} name={name} />
        </div>
      );
    case "same":
      return <Words>{t.projectFiles.diff.same}</Words>;
    case "binary":
      return (
        <Words>
          {t.projectFiles.diff.binary} <Sizes diff={diff} />
        </Words>
      );
    case "large":
      return (
        <Words>
          {t.projectFiles.diff.tooLarge} <Sizes diff={diff} />
        </Words>
      );
    case "unreadable":
      return <Words>{shown.message}</Words>;
  }
}

function Words({ children }: { children: React.ReactNode }) {
  return <p className="py-2 font-serif text-base text-soft">{children}</p>;
}

function Sizes({ diff: { beforeBytes, afterBytes } }: { diff: FileDiff }) {
  if (beforeBytes === null || afterBytes === null) return <>{formatBytes(beforeBytes ?? afterBytes ?? 0)}</>;
  return <>{t.projectFiles.diff.sizes(formatBytes(beforeBytes), formatBytes(afterBytes))}</>;
}

function Picture({ words, address, bytes, name }: { words: string; address: string | null; bytes: number | null; name: string }) {
  if (bytes === null) return null;
  return (
    <figure className="min-w-0">
      <figcaption className="hint mb-1">
        {words} · {formatBytes(bytes)}
      </figcaption>
      {address && (
        <div className="paper inline-block border border-line">
          {/* biome-ignore lint/performance/noImgElement: somebody's image, of a size that nobody knows. */}
          <img src={address} alt={`${words}: ${t.projectFiles.imageOf(name)}`} loading="lazy" className="max-h-[60dvh] max-w-full" />
        </div>
      )}
    </figure>
  );
}
