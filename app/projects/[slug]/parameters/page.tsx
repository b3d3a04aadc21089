import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { ParametersDesk } from "#components/parameters/parameters-desk.tsx";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { listProjectWorksheets } from "#server/usecases/list-project-worksheets.ts";
import { showParameters } from "#server/usecases/mark-parameters.ts";
import { shown } from "../../../usecase-page.ts";
import { type Asked, askedProject, one } from "../../project-head.ts";
import { publishTried, saveParameters } from "./actions.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.parameters.title, robots: { index: false } };
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ParametersPage({ params, searchParams }: Props) {
  const query = await searchParams;
  const path = one(query, "path")?.slice(0, 1000);
  const values = one(query, "values")?.slice(0, 2000) ?? "";
  const asked = await askedProject((await params).slug, (slug) => `${routes.projectParameters(slug, path ?? "")}&values=${encodeURIComponent(values)}`);
  if (!asked.project.may.write) notFound();
  return (
    <ProjectFrame project={asked.project} part={null}>
      <h1 className="text-xl">{t.parameters.title}</h1>
      {path === undefined ? <Choose asked={asked} /> : <Desk asked={asked} path={path} values={values} />}
    </ProjectFrame>
  );
}

async function Desk({ asked: { ctx, project }, path, values }: { asked: Asked; path: string; values: string }) {
  const view = await showParameters(ctx, { projectId: project.id, path });
  if (!view.ok) {
    if (view.failure.code === "not_found") notFound();
    return <p className="notice notice-wrong mt-4">{`${path}: ${view.failure.message}`}</p>;
  }
  return (
    <ParametersDesk
      key={path}
      project={{ id: project.id, slug: project.slug }}
      initial={view.value}
      values={values}
      actions={{ save: saveParameters, publish: publishTried }}
    />
  );
}

async function Choose({ asked: { ctx, project } }: { asked: Asked }) {
  const notebooks = shown(await listProjectWorksheets(ctx, { projectId: project.id }));
  if (notebooks.length === 0) return <p className="hint mt-4">{t.parameters.none}</p>;
  return (
    <>
      <p className="mt-2 text-soft">{t.parameters.choose}</p>
      <ul className="mt-4 flex flex-col gap-2">
        {notebooks.map(({ path, title }) => (
          <li key={path}>
            <Link className="link" href={routes.projectParameters(project.slug, path)} prefetch={false}>
              {title}
            </Link>
            <span className="ml-2 text-soft">{path}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
