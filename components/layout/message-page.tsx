import Link from "next/link";
import type { ReactNode } from "react";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** What happened, what is safe, what to do. */
export function MessagePage({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className="page page-reading pt-16">
      <h1 className="text-2xl">{title}</h1>
      <p className="mt-3 mb-6 font-serif text-lg text-soft">{text}</p>
      <div className="flex flex-wrap items-center gap-3">
        {children}
        <Link className="button" href={routes.gallery()}>
          {t.site.home}
        </Link>
      </div>
    </div>
  );
}
