import { ArrowRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { Page, WorksheetCard } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { Shelf } from "./worksheet-card.tsx";

type Props = { eyebrow: ReactNode; title: string; lead: ReactNode; page: Page<WorksheetCard>; empty: string; nextHref: (cursor: string) => string };

/** A titled page of cards: an area, a project. */
export function Collection({ eyebrow, title, lead, page, empty, nextHref }: Props) {
  return (
    <div className="page">
      <div className="pt-9 pb-8">
        <p className="eyebrow">{eyebrow}</p>
        <h1 className="mt-1 text-2xl">{title}</h1>
        {lead && <div className="mt-2 max-w-2xl font-serif text-lg text-balance text-soft">{lead}</div>}
      </div>
      {page.items.length === 0 ? (
        <p className="border-t border-line py-8 font-serif text-lg text-soft">{empty}</p>
      ) : (
        <>
          <h2 className="sr-only">{t.gallery.cards}</h2>
          <Shelf cards={page.items} eager={6} />
        </>
      )}
      {page.next && (
        <Link className="button mt-10" href={nextHref(page.next)}>
          {t.gallery.more}
          <ArrowRight size={16} aria-hidden />
        </Link>
      )}
    </div>
  );
}
