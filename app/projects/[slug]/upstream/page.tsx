import type { Metadata } from "next";
import Link from "next/link";
import { ActionButton } from "#components/project/action-button.tsx";
import { FileChanges } from "#components/project/file-changes.tsx";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { VersionLine } from "#components/project/version-line.tsx";
import type { UpstreamView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { showUpstream } from "#server/usecases/show-upstream.ts";
import { shown } from "../../../usecase-page.ts";
import { askedProject } from "../../project-head.ts";
import { bringInUpstream } from "../../version-actions.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.projects.upstream.title, robots: { index: false } };

export default async function UpstreamPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  const { ctx, project } = await askedProject(slug, routes.projectUpstream);
  const upstream = shown(await showUpstream(ctx, { projectId: project.id }));
  return (
    <ProjectFrame project={project} part={null} next="quiet">
      <h1 className="text-xl">{t.projects.upstream.title}</h1>
      <p className="mt-1 mb-6 text-soft">
        {t.projects.page.copiedFrom}{" "}
        <Link className="link" href={routes.project(upstream.upstream.slug)} prefetch={false}>
          {upstream.upstream.title}
        </Link>{" "}
        {t.projects.page.by(upstream.upstream.owner)}
      </p>
      <p className="max-w-2xl font-serif text-lg">
        {upstream.newer > 0 ? t.projects.upstream.lead(upstream.upstream.title, upstream.newer) : t.projects.upstream.none}
      </p>
      {upstream.newer > 0 && <p className="mt-2 max-w-2xl text-soft">{t.projects.upstream.how}</p>}
      {/* Stands also when nothing is newer any more: it says what was joined. */}
      <div className="mt-5 max-w-2xl">
        <ActionButton
          action={bringInUpstream.bind(null, project.id)}
          busyWords={t.projects.upstream.bringing}
          className={upstream.newer > 0 ? "button button-primary" : "hidden"}
        >
          {t.projects.upstream.bring}
        </ActionButton>
      </div>
      {upstream.newer > 0 && <News upstream={upstream} />}
    </ProjectFrame>
  );
}

function News({ upstream }: { upstream: UpstreamView }) {
  const { slug } = upstream.upstream;
  return (
    <div className="mt-10 flex max-w-3xl flex-col gap-6">
      {upstream.newest && <VersionLine slug={slug} version={upstream.newest} />}
      {upstream.changes.length > 0 && (
        <FileChanges changes={upstream.changes} count={upstream.changeCount} hrefOf={(change) => routes.projectFiles(slug, change.path)} />
      )}
    </div>
  );
}
