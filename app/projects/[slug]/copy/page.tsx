import type { Metadata } from "next";
import { CopyForm } from "#components/project/copy-form.tsx";
import { IntendedCopy } from "#components/project/intended-copy.tsx";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import { t } from "#lib/messages/en.ts";
import { copyAddress, readCopyIntent } from "#server/next/copy-intent.ts";
import { askedProject, one } from "../../project-head.ts";
import { askForCopy, makeCopy, makeIntendedCopy } from "./actions.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The notebook that somebody comes from, and its values as its address has them. */
async function wishOf(searchParams: Props["searchParams"]) {
  const query = await searchParams;
  return { path: one(query, "path")?.slice(0, 1000) ?? null, values: one(query, "values")?.slice(0, 2000) ?? null };
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const wish = await wishOf(searchParams);
  const { project } = await askedProject((await params).slug, (now) => copyAddress(now, wish));
  return { title: t.projects.copy.title(project.title), robots: { index: false } };
}

export default async function CopyPage({ params, searchParams }: Props) {
  const { slug } = await params;
  const wish = await wishOf(searchParams);
  const { ctx, project } = await askedProject(slug, (now) => copyAddress(now, wish));
  const signedIn = ctx.actor.kind === "user";
  const intent = signedIn && project.may.copy ? await readCopyIntent(ctx.config, slug, ctx.now()) : null;
  return (
    <ProjectFrame project={project} part={null} next="none">
      <div className="max-w-2xl">
        <h1 className="text-xl">{t.projects.copy.heading}</h1>
        <p className="mt-2 font-serif text-lg text-soft">{t.projects.copy.lead}</p>
        {wish.values && <Values values={wish.values} />}
        <div className="mt-6">
          {intent ? (
            <IntendedCopy slug={slug} make={makeIntendedCopy} />
          ) : project.may.copy ? (
            <CopyForm
              project={project}
              wish={wish}
              mine={project.may.administer}
              mayCurate={project.may.curate && project.visibility === "public"}
              make={makeCopy}
            />
          ) : signedIn ? (
            <p className="notice">{t.projects.make.notAuthor}</p>
          ) : (
            <form action={askForCopy}>
              <p className="mb-4">{t.projects.copy.signUpFirst}</p>
              <input type="hidden" name="slug" value={slug} />
              {wish.path && <input type="hidden" name="path" value={wish.path} />}
              {wish.values && <input type="hidden" name="values" value={wish.values} />}
              <div className="flex flex-wrap gap-2">
                {ctx.config.registration === "open" && (
                  <button type="submit" name="door" value="sign-up" className="button button-primary">
                    {t.projects.copy.signUp}
                  </button>
                )}
                <button type="submit" name="door" value="sign-in" className="button">
                  {t.projects.copy.signIn}
                </button>
              </div>
            </form>
          )}
        </div>
      </div>
    </ProjectFrame>
  );
}

function Values({ values }: { values: string }) {
  const pairs = [...new URLSearchParams(values)];
  if (pairs.length === 0) return null;
  return (
    <p className="notice mt-5">
      <span className="label">{t.projects.copy.valuesKept}</span>
      <span className="wrap-anywhere">{pairs.map(([name, value]) => `${name} = ${value}`).join(", ")}</span>
    </p>
  );
}
