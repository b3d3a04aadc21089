import Link from "next/link";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** The way from the root to a file or folder; its last part is the page's title. */
export function FilePath({ slug, path, version }: { slug: string; path: string; version?: string | undefined }) {
  const names = path === "" ? [] : path.split("/");
  const last = names.at(-1);
  return (
    <nav aria-label={t.projectFiles.where}>
      <ol className="crumbs">
        {last !== undefined && (
          <li>
            <Link href={routes.projectFiles(slug, "", version)} prefetch={false} className="text-soft hover:text-accent">
              {t.projectFiles.root}
            </Link>
          </li>
        )}
        {names.slice(0, -1).map((name, index) => {
          const folder = names.slice(0, index + 1).join("/");
          return (
            <li key={folder}>
              <Link href={routes.projectFiles(slug, folder, version)} prefetch={false} className="text-soft hover:text-accent">
                {name}
              </Link>
            </li>
          );
        })}
        <li>
          <h1 className="font-sans text-base font-semibold tracking-normal wrap-anywhere">{last ?? t.projectFiles.root}</h1>
        </li>
      </ol>
    </nav>
  );
}
