import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { NewProjectForm, type Way } from "#components/project/new-project-form.tsx";
import type { ProjectAttempt } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { requestContext } from "#server/next/request-context.ts";
import { listAreas } from "#server/usecases/list-areas.ts";
import { showAttempt } from "#server/usecases/show-attempt.ts";
import { shown } from "../../usecase-page.ts";
import { importFromAddress, makeNewProject } from "../actions.ts";
import { one } from "../project-head.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.projects.make.title, robots: { index: false } };

export default async function NewProjectPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const asked = await searchParams;
  const ctx = await requestContext();
  if (ctx.actor.kind !== "user") redirect(routes.signIn(routes.newProject()));
  const areas = shown(await listAreas(ctx)).map(({ slug, title }) => ({ slug, title }));
  const again = one(asked, "again");
  const attempt = again === undefined ? null : await showAttempt(ctx, { projectId: again });
  const begin = attempt?.ok ? attempt.value : null;
  const way = one(asked, "from") ?? wayOf(begin);
  return (
    <div className="page page-reading pt-9">
      <h1 className="text-2xl">{t.projects.make.title}</h1>
      <p className="mt-2 mb-6 font-serif text-lg text-soft">{t.projects.make.lead}</p>
      {ctx.actor.level === "reader" ? (
        <p className="notice">{t.projects.make.notAuthor}</p>
      ) : (
        <NewProjectForm
          areas={areas}
          begin={begin}
          way={isWay(way) ? way : "blank"}
          uploadLimitBytes={ctx.config.projects.importBytes}
          actions={{ create: makeNewProject, importAddress: importFromAddress }}
        />
      )}
    </div>
  );
}

/** Only what came from elsewhere can fail after it was asked for. */
function wayOf(attempt: ProjectAttempt | null): Way | undefined {
  return attempt === null ? undefined : attempt.url === null ? "upload" : "address";
}

function isWay(way: string | undefined): way is Way {
  return way === "blank" || way === "template" || way === "upload" || way === "address";
}
