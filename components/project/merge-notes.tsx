import Link from "next/link";
import type { MergeNote, SavedVersion } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";

type Props = {
  merged: readonly MergeNote[];
  leftOut: SavedVersion["leftOut"];
  /** Where each file can be looked at, beside where one is. */
  addressOf?: ((path: string) => string) | undefined;
};

/** What happened to each file when two lines of work were joined; silent where nothing met. */
export function MergeNotes({ merged, leftOut, addressOf }: Props) {
  return (
    <>
      {merged.length > 0 && (
        <section className="mt-3" aria-label={t.projectFiles.merge.title}>
          <p className="label">{t.projectFiles.merge.title}</p>
          <ul className="mt-1 flex flex-col gap-1">
            {merged.map((note) => (
              <li key={note.path} className="wrap-anywhere">
                <Place path={note.path} address={addressOf?.(note.path)} /> <span className="text-soft">{t.projectFiles.merge.outcomes[note.outcome]}</span>
                {note.notes.map((words) => (
                  <span key={words} className="block pl-3">
                    {words}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </section>
      )}
      {leftOut.length > 0 && (
        <section className="mt-3" aria-label={t.projectFiles.changes.leftOut}>
          <p className="label">{t.projectFiles.changes.leftOut}</p>
          <ul className="mt-1">
            {leftOut.map(({ path, reason }) => (
              <li key={path} className="wrap-anywhere">
                <span className="font-mono text-xs">{path}</span> {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Place({ path, address }: { path: string; address: string | undefined }) {
  return address === undefined ? (
    <span className="font-mono text-xs">{path}</span>
  ) : (
    <Link className="link font-mono text-xs" href={address} prefetch={false}>
      {path}
    </Link>
  );
}
