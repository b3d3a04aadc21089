import { ArrowLeft, FolderOpen } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { firstLine } from "#components/project/version-line.tsx";
import { RestoreButton } from "#components/project/version-list.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { showVersion } from "#server/usecases/show-version.ts";
import { shown } from "../../../../usecase-page.ts";
import { Differences } from "../../../differences.tsx";
import { askedProject, one } from "../../../project-head.ts";
import { bringBackVersion } from "../../../version-actions.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string; commit: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

const asked = async ({ params }: Props) => {
  const { slug, commit } = await params;
  return { commit, ...(await askedProject(slug, (now) => routes.projectVersion(now, commit))) };
};

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { ctx, project, commit } = await asked(props);
  const { version } = shown(await showVersion(ctx, { projectId: project.id, commit }));
  return { title: `${t.projectFiles.diff.versionTitle(version.number)} · ${project.title}`, robots: { index: false } };
}

export default async function VersionPage(props: Props) {
  const { ctx, project, commit } = await asked(props);
  const details = shown(await showVersion(ctx, { projectId: project.id, commit }));
  const { version, before, newest } = details;
  const rest = version.message.split("\n").slice(1).join("\n").trim();
  return (
    <ProjectFrame project={project} part="versions">
      <p>
        <Link className="inline-flex items-center gap-1.5 text-soft hover:text-accent" href={routes.projectVersions(project.slug)} prefetch={false}>
          <ArrowLeft size={14} aria-hidden />
          {t.projectFiles.versions.title}
        </Link>
      </p>
      <div className="mt-2 mb-8 flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
        <div className="min-w-0">
          <h1 className="max-w-3xl text-xl wrap-anywhere">
            {t.projectFiles.diff.versionTitle(version.number)}: {firstLine(version.message)}
          </h1>
          {rest && <p className="mt-1 max-w-2xl font-serif text-base whitespace-pre-line text-soft wrap-anywhere">{rest}</p>}
          <p className="mt-1 text-soft">
            {version.author} · <Age at={version.at} />
            {newest && <> · {t.projectFiles.versions.newest}</>}
          </p>
        </div>
        <div className="flex flex-wrap items-start gap-2">
          <Link className="button" href={routes.projectFiles(project.slug, "", version.commit)} prefetch={false}>
            <FolderOpen size={15} aria-hidden />
            {t.projectFiles.versions.files}
          </Link>
          {project.may.write && !newest && <RestoreButton project={project} version={version} restore={bringBackVersion} large />}
        </div>
      </div>
      <Differences
        ctx={ctx}
        project={project}
        sides={{ from: before?.commit ?? null, to: version.commit }}
        changes={details.changes}
        changeCount={details.changeCount}
        asked={one(await props.searchParams, "file")}
        here={routes.projectVersion(project.slug, commit)}
      />
    </ProjectFrame>
  );
}
