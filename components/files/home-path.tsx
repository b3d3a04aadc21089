import Link from "next/link";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** The way from the home to a folder or file; its last part is the page's title. */
export function HomePath({ path }: { path: string }) {
  const names = path === "" ? [] : path.split("/");
  return (
    <nav aria-label={t.home.where}>
      <ol className="crumbs">
        {[t.home.root, ...names].map((name, index) => {
          const at = names.slice(0, index).join("/");
          const isLast = index === names.length;
          return (
            <li key={at}>
              {isLast ? (
                <h1 className={index === 0 ? "text-2xl" : "font-sans text-base font-semibold tracking-normal wrap-anywhere"}>{name}</h1>
              ) : (
                <Link href={routes.files(at)} prefetch={false} className="text-soft hover:text-accent">
                  {name}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
