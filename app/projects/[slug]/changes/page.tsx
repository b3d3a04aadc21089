import type { Metadata } from "next";
import Link from "next/link";
import { ActionButton } from "#components/project/action-button.tsx";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { SaveVersionForm } from "#components/project/save-version-form.tsx";
import { TooLarge } from "#components/project/too-large.tsx";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { showWorkingCopy } from "#server/usecases/show-working-copy.ts";
import { shown } from "../../../usecase-page.ts";
import { Differences } from "../../differences.tsx";
import { askedProject, one } from "../../project-head.ts";
import { saveMyVersion, throwChangesAway } from "../../version-actions.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: t.projectFiles.changes.title, robots: { index: false } };
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ChangesPage({ params, searchParams }: Props) {
  const { slug } = await params;
  const { ctx, project } = await askedProject(slug, routes.projectChanges);
  const copy = shown(await showWorkingCopy(ctx, { projectId: project.id }));
  const words = t.projectFiles.changes;
  return (
    <ProjectFrame project={project} part="changes" next="quiet">
      <h1 className="text-xl">{words.title}</h1>
      <p className="mb-5 text-soft">{words.lead}</p>
      {copy.changeCount === 0 && (
        <div className="mb-6 border-t border-line pt-6">
          <p className="font-serif text-lg">{copy.made ? words.none : words.noCopy}</p>
          {copy.made && <p className="mt-1 text-soft">{words.noneHint}</p>}
        </div>
      )}
      {copy.behind > 0 && copy.made && <p className="notice mb-6">{words.behind(copy.behind)}</p>}
      <TooLarge files={copy.tooLarge} />
      <SaveVersionForm projectId={project.id} suggested={copy.suggestedMessage} changed={copy.changeCount > 0} save={saveMyVersion}>
        <ActionButton
          action={throwChangesAway.bind(null, { projectId: project.id })}
          busyWords={words.discarding}
          className="button button-quiet"
          question={{ title: words.discardTitle, what: words.discardWhat, yes: words.discardYes, no: words.discardNo }}
        >
          {words.discardAll}
        </ActionButton>
        <Link className="button button-quiet" href={routes.projectVersions(slug)} prefetch={false}>
          {t.projectFiles.versions.title}
        </Link>
      </SaveVersionForm>
      {copy.changeCount > 0 && (
        <div className="mt-10">
          <Differences
            ctx={ctx}
            project={project}
            sides={{ from: copy.base?.commit ?? null, to: "working" }}
            changes={copy.changes}
            changeCount={copy.changeCount}
            asked={one(await searchParams, "file")}
            here={routes.projectChanges(slug)}
            buttonOf={({ path }) => (
              <ActionButton
                action={throwChangesAway.bind(null, { projectId: project.id, paths: [path] })}
                busyWords={words.discarding}
                className="button button-small button-quiet"
                label={words.discardOf(path)}
                question={{ title: words.discardTitleOf(path), what: words.discardWhat, yes: words.discardYes, no: words.discardNo }}
              >
                {words.discard}
              </ActionButton>
            )}
          />
        </div>
      )}
    </ProjectFrame>
  );
}
