import type { RunFile } from "#lib/domain/run.ts";
import { formatBytes } from "#lib/format.ts";
import { routes } from "#lib/routes.ts";

export function RunFiles({ runId, files }: { runId: string; files: readonly RunFile[] }) {
  return (
    <ul className="rows">
      {files.map((file) => (
        <li key={file.path} className="flex items-baseline gap-4 py-1.5">
          <a className="link min-w-0 grow truncate font-mono text-xs" href={routes.runFile(runId, file.path)} download>
            {file.path}
          </a>
          <span className="shrink-0 text-soft tabular-nums">{formatBytes(file.bytes)}</span>
        </li>
      ))}
    </ul>
  );
}
