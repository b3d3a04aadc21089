import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import type { WorksheetCard } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { AreaMark } from "./area-mark.tsx";

/** A real figure, a title, one sentence. `eager` for those above the fold. */
export function WorksheetCardView({ card, eager = false }: { card: WorksheetCard; eager?: boolean }) {
  return (
    <article className="card">
      <Figure card={card} eager={eager} />
      <p className="eyebrow mb-1">
        <AreaMark slug={card.area.slug} />
        {card.area.title}
        {card.official && <span className="text-accent"> · {t.gallery.officialMark}</span>}
      </p>
      <h3 className="card-title">
        <Link href={routes.worksheet(card.slug)} prefetch={false}>
          {card.title}
        </Link>
      </h3>
      <p className="card-summary">{card.summary}</p>
      <p className="card-line">
        {card.author} · {t.gallery.languages[card.language]}
        <span className="block">{card.resultAt ? <Age at={card.resultAt} prefix={t.gallery.resultOf} /> : t.gallery.resultNow}</span>
      </p>
    </article>
  );
}

function Figure({ card, eager }: { card: WorksheetCard; eager: boolean }) {
  if (!card.thumbnail) {
    return (
      <div className="card-figure card-empty">
        <span className="px-6 text-center font-serif text-base">{card.resultAt ? t.gallery.noFigure : t.gallery.resultNow}</span>
      </div>
    );
  }
  const { url, width, height, alt } = card.thumbnail;
  return (
    <div className="card-figure">
      {/* biome-ignore lint/performance/noImgElement: thumbnails are made in their size when a worksheet is published. */}
      <img src={url} width={width} height={height} alt={alt} loading={eager ? "eager" : "lazy"} decoding="async" />
    </div>
  );
}

export function Shelf({ cards, eager = 0 }: { cards: readonly WorksheetCard[]; eager?: number }) {
  return (
    <ul className="shelf">
      {cards.map((card, index) => (
        <li key={card.id} className="min-w-0">
          <WorksheetCardView card={card} eager={index < eager} />
        </li>
      ))}
    </ul>
  );
}
