import { ArrowRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Shelf } from "#components/gallery/worksheet-card.tsx";
import { Age } from "#components/layout/age.tsx";
import { Markdown } from "#components/outputs/markdown.tsx";
import { withoutHeading } from "#components/worksheet/without-title.ts";
import type { FileEntry, ProjectView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { FileList } from "./file-list.tsx";
import { VersionLine } from "./version-line.tsx";

type Props = { project: ProjectView; files: readonly FileEntry[]; moreFiles: boolean; children?: ReactNode };

/** What a project shows of itself: worksheets, its own words, its files, and where it stands. `children` are its author's alone. */
export function ProjectOverview({ project, files, moreFiles, children }: Props) {
  return (
    <div className="with-facts">
      <div className="flex min-w-0 flex-col gap-12">
        {children}
        {project.version === null && <Empty mayWrite={project.may.write} slug={project.slug} />}
        {project.worksheets.items.length > 0 && <Worksheets project={project} />}
        {project.readmeHtml && (
          <section aria-label={t.project.readme}>
            <Markdown html={withoutHeading(project.readmeHtml, [project.title, project.description])} />
          </section>
        )}
        {files.length > 0 && (
          <section aria-labelledby="files">
            <h2 id="files" className="mb-2 text-xl">
              {t.projectFiles.title}
            </h2>
            <FileList slug={project.slug} entries={files} />
            {moreFiles && (
              <Link className="button button-small mt-4" href={routes.projectFiles(project.slug)} prefetch={false}>
                {t.projectFiles.root}
                <ArrowRight size={14} aria-hidden />
              </Link>
            )}
          </section>
        )}
      </div>
      <Facts project={project} />
    </div>
  );
}

function Worksheets({ project }: { project: ProjectView }) {
  const { items, next } = project.worksheets;
  return (
    <section aria-labelledby="worksheets">
      <h2 id="worksheets" className="mb-5 text-xl">
        {t.projects.page.worksheets}
      </h2>
      <Shelf cards={items} eager={4} />
      {next && (
        <Link className="button mt-8" href={`${routes.project(project.slug)}?cursor=${encodeURIComponent(next)}`}>
          {t.gallery.more}
          <ArrowRight size={16} aria-hidden />
        </Link>
      )}
    </section>
  );
}

function Empty({ mayWrite, slug }: { mayWrite: boolean; slug: string }) {
  return (
    <section className="border-t border-line pt-6">
      <h2 className="text-xl">{t.projects.page.emptyTitle}</h2>
      <p className="mt-2 max-w-xl font-serif text-lg text-soft">{mayWrite ? t.projects.page.empty : t.projects.page.emptyForOthers}</p>
      {mayWrite && (
        <a className="button mt-4" href={routes.lab(slug)}>
          {t.projects.page.open}
        </a>
      )}
    </section>
  );
}

function Facts({ project }: { project: ProjectView }) {
  const { slug, version, upstream, copies } = project;
  return (
    <aside className="flex min-w-0 flex-col gap-8" aria-label={t.projects.page.facts}>
      {upstream && <Upstream slug={slug} upstream={upstream} />}
      <section aria-labelledby="newest">
        <h2 id="newest" className="mb-1 text-lg">
          {t.projects.page.newest}
        </h2>
        {version ? <VersionLine slug={slug} version={version} /> : <p className="text-soft">{t.projects.page.noVersion}</p>}
      </section>
      <dl className="facts border-t border-line">
        <dt>{t.projects.page.owner}</dt>
        <dd className="wrap-anywhere">{project.owner.displayName}</dd>
        <dt>{t.projects.page.area}</dt>
        <dd>
          <Link href={routes.area(project.area.slug)} className="hover:text-accent">
            {project.area.title}
          </Link>
        </dd>
        <dt>{t.projects.page.made}</dt>
        <dd>
          <Age at={project.createdAt} />
        </dd>
      </dl>
      {copies.count > 0 && <Copies copies={copies} />}
    </aside>
  );
}

function Upstream({ slug, upstream }: { slug: string; upstream: NonNullable<ProjectView["upstream"]> }) {
  return (
    <section className={upstream.newer ? "notice block" : undefined} aria-label={t.projects.page.copiedFrom}>
      <p className="text-soft">{t.projects.page.copiedFrom}</p>
      <p className="wrap-anywhere">
        <Link href={routes.project(upstream.slug)} prefetch={false} className="link font-medium">
          {upstream.title}
        </Link>{" "}
        {t.projects.page.by(upstream.owner)}
      </p>
      {upstream.newer && (
        <p className="mt-2">
          {t.projects.page.newer}{" "}
          <Link href={routes.projectUpstream(slug)} prefetch={false} className="link font-medium">
            {t.projects.page.bring}
          </Link>
        </p>
      )}
    </section>
  );
}

function Copies({ copies }: { copies: ProjectView["copies"] }) {
  const hidden = copies.count - copies.shown.length;
  return (
    <section aria-labelledby="copies">
      <h2 id="copies" className="mb-1 text-lg">
        {t.projects.page.copiesTitle}
      </h2>
      <p className="hint">{t.projects.page.copies(copies.count)}</p>
      <ul className="mt-1">
        {copies.shown.map((copy) => (
          <li key={copy.slug} className="wrap-anywhere py-0.5">
            <Link href={routes.project(copy.slug)} prefetch={false} className="hover:text-accent">
              {copy.title}
            </Link>{" "}
            <span className="text-soft">{t.projects.page.by(copy.owner)}</span>
          </li>
        ))}
        {hidden > 0 && copies.shown.length > 0 && <li className="text-soft">{t.projects.page.andMore(hidden)}</li>}
      </ul>
    </section>
  );
}
