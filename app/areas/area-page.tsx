import "server-only";
import { notFound } from "next/navigation";
import { AreaMark } from "#components/gallery/area-mark.tsx";
import { Collection } from "#components/gallery/collection.tsx";
import { t } from "#lib/messages/en.ts";
import type { Context } from "#server/context.ts";
import { listAreas } from "#server/usecases/list-areas.ts";
import { listWorksheets } from "#server/usecases/list-worksheets.ts";
import { shown } from "../usecase-page.ts";

export async function findArea(ctx: Context, slug: string) {
  return shown(await listAreas(ctx)).find((area) => area.slug === slug) ?? notFound();
}

export async function AreaPage({ ctx, slug }: { ctx: Context; slug: string }) {
  const area = await findArea(ctx, slug);
  const page = shown(await listWorksheets(ctx, { area: slug }));
  const eyebrow = (
    <>
      <AreaMark slug={slug} />
      {t.gallery.worksheets(area.worksheets)}
    </>
  );
  return (
    <Collection
      eyebrow={eyebrow}
      title={area.title}
      lead={area.description}
      page={page}
      empty={t.gallery.emptyArea}
      nextHref={(cursor) => `/search?area=${encodeURIComponent(slug)}&cursor=${encodeURIComponent(cursor)}`}
    />
  );
}
