import Link from "next/link";
import { AreaMark } from "#components/gallery/area-mark.tsx";
import type { WorksheetView } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { AuthorNotice } from "./author-notice.tsx";
import { CopyLink } from "./copy-link.tsx";
import { withoutTitle } from "./without-title.ts";
import { Workbench } from "./workbench.tsx";

/** The same for everybody: what is personal joins in the browser. */
export function WorksheetPage({ view }: { view: WorksheetView }) {
  const { card } = view;
  return (
    <div className="page">
      <header className="pt-8 pb-6">
        <p className="eyebrow">
          <AreaMark slug={card.area.slug} />
          <Link href={routes.area(card.area.slug)} className="hover:text-ink">
            {card.area.title}
          </Link>
          {card.project.title !== card.title && (
            <>
              {" · "}
              <Link href={routes.project(card.project.slug)} className="hover:text-ink">
                {card.project.title}
              </Link>
            </>
          )}
        </p>
        <h1 className="mt-1 max-w-3xl text-2xl">{card.title}</h1>
        <p className="mt-2 max-w-2xl font-serif text-lg text-balance text-soft">{card.summary}</p>
        <p className="mt-2 text-soft">
          {card.author} · {t.gallery.languages[card.language]} ·{" "}
          <Link href={routes.project(card.project.slug)} className="hover:text-ink">
            {t.project.kind}
          </Link>
          {card.official && <span className="text-accent"> · {t.gallery.officialMark}</span>}
          {" · "}
          {view.mayWrite ? (
            <a href={routes.lab(card.project.slug, view.notebookPath)} className="link print:hidden">
              {t.projects.page.open}
            </a>
          ) : (
            <CopyLink slug={card.project.slug} path={view.notebookPath} parameters={view.parameters} />
          )}
        </p>
      </header>
      <noscript>
        <p className="notice mb-6">{t.worksheet.script}</p>
      </noscript>
      {view.isPrivate && <PrivateNotice projectSlug={card.project.slug} />}
      <AuthorNotice problems={view.problems} failedPublication={view.failedPublication} />
      <Workbench view={{ ...view, cells: withoutTitle(view.cells, card.title) }} />
    </div>
  );
}

/** Published in a private project, a worksheet looks finished to its author while its address leads others nowhere. */
function PrivateNotice({ projectSlug }: { projectSlug: string }) {
  return (
    <p className="notice mb-6 block print:hidden">
      <span className="font-medium">{t.worksheet.privateTitle}</span> {t.worksheet.private}{" "}
      <Link href={routes.projectSettings(projectSlug)} className="link">
        {t.worksheet.makePublic}
      </Link>
    </p>
  );
}
