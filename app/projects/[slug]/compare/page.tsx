import { ArrowLeft, ArrowLeftRight } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { VersionLine } from "#components/project/version-line.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { compareVersions } from "#server/usecases/compare-versions.ts";
import { shown } from "../../../usecase-page.ts";
import { Differences } from "../../differences.tsx";
import { askedProject, one } from "../../project-head.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.projectFiles.diff.changed, robots: { index: false } };
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ComparePage({ params, searchParams }: Props) {
  const { slug } = await params;
  const query = await searchParams;
  const [from, to] = [one(query, "from"), one(query, "to")];
  if (from === undefined || to === undefined) redirect(routes.projectVersions(slug));
  const { ctx, project } = await askedProject(slug, (now) => routes.projectCompare(now, from, to));
  const comparison = shown(await compareVersions(ctx, { projectId: project.id, from, to }));
  const here = routes.projectCompare(slug, from, to);
  return (
    <ProjectFrame project={project} part="versions">
      <p>
        <Link className="inline-flex items-center gap-1.5 text-soft hover:text-accent" href={routes.projectVersions(slug)} prefetch={false}>
          <ArrowLeft size={14} aria-hidden />
          {t.projectFiles.versions.title}
        </Link>
      </p>
      <h1 className="mt-2 mb-4 text-xl">{t.projectFiles.diff.changed}</h1>
      <div className="mb-8 grid gap-x-8 gap-y-3 border-y border-line py-3 sm:grid-cols-[1fr_auto_1fr] sm:items-center">
        {comparison.from && <VersionLine slug={slug} version={comparison.from} />}
        <Link className="button button-small button-quiet justify-self-start" href={routes.projectCompare(slug, to, from)} prefetch={false}>
          <ArrowLeftRight size={13} aria-hidden />
          {t.projectFiles.diff.swap}
        </Link>
        {comparison.to && <VersionLine slug={slug} version={comparison.to} />}
      </div>
      <Differences
        ctx={ctx}
        project={project}
        sides={{ from: comparison.from?.commit ?? null, to: comparison.to?.commit ?? "working" }}
        changes={comparison.changes}
        changeCount={comparison.changeCount}
        asked={one(query, "file")}
        here={here}
      />
    </ProjectFrame>
  );
}
