import type { WorkingCopyView } from "#lib/domain/project.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";

/** What a version will not take, and what to do about it. */
export function TooLarge({ files }: { files: WorkingCopyView["tooLarge"] }) {
  const [first] = files;
  if (!first) return null;
  return (
    <section className="notice notice-changed mb-6 block" aria-labelledby="too-large">
      <h2 id="too-large" className="font-sans text-sm font-medium tracking-normal">
        {t.projectFiles.changes.tooLarge}
      </h2>
      <ul className="my-1">
        {files.map(({ path, bytes }) => (
          <li key={path} className="wrap-anywhere">
            {path} <span className="text-soft tabular-nums">{formatBytes(bytes)}</span>
          </li>
        ))}
      </ul>
      <p className="text-soft">{t.projectFiles.changes.tooLargeHint(formatBytes(first.limitBytes))}</p>
    </section>
  );
}
