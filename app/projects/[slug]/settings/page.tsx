import { Trash2 } from "lucide-react";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ActionButton } from "#components/project/action-button.tsx";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { AboutForm, AccessForm, OutputsForm, Setting } from "#components/project/project-settings.tsx";
import { ShelfRequest } from "#components/project/shelf-request.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { listAreas } from "#server/usecases/list-areas.ts";
import { showOfficialRequest } from "#server/usecases/request-official.ts";
import { shown } from "../../../usecase-page.ts";
import { changeProject, removeProjectAndLeave } from "../../actions.ts";
import { askedProject } from "../../project-head.ts";
import { askForShelf, withdrawFromShelf } from "../../shelf-actions.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.projects.settings.title, robots: { index: false } };

export default async function SettingsPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  const { ctx, project } = await askedProject(slug, routes.projectSettings);
  if (!project.may.administer) notFound();
  const [areas, request] = await Promise.all([listAreas(ctx), showOfficialRequest(ctx, { projectId: project.id })]);
  const words = t.projects.settings;
  const fields = shown(areas).map((area) => ({ slug: area.slug, title: area.title }));
  return (
    <ProjectFrame project={project} part="settings">
      <h1 className="mb-5 text-xl">{words.title}</h1>
      <Setting id="about" title={words.about} hint={words.aboutHint}>
        {/* A new address is a new page: what it shows begins anew. */}
        <AboutForm key={project.slug} project={project} change={changeProject} areas={fields} host={new URL(ctx.config.publicUrl).host} />
      </Setting>
      <Setting id="access" title={words.access}>
        <AccessForm project={project} change={changeProject} />
      </Setting>
      <Setting id="outputs" title={words.outputs}>
        <OutputsForm project={project} change={changeProject} />
      </Setting>
      <Setting id="shelf" title={words.shelf} hint={words.shelfHint}>
        <ShelfRequest project={project} request={shown(request)} actions={{ ask: askForShelf, withdraw: withdrawFromShelf }} />
      </Setting>
      <Setting id="remove" title={words.remove} hint={words.removeHint(ctx.config.projects.trashDays)}>
        <ActionButton
          action={removeProjectAndLeave.bind(null, project.id)}
          busyWords={words.removing}
          className="button button-wrong"
          question={{ title: words.removeSure(project.title), what: words.removeHint(ctx.config.projects.trashDays), yes: words.removeYes, no: words.removeNo }}
        >
          <Trash2 size={15} aria-hidden />
          {words.removeButton}
        </ActionButton>
      </Setting>
    </ProjectFrame>
  );
}
