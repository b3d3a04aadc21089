import "server-only";
import { permanentRedirect } from "next/navigation";
import { cache } from "react";
import type { ProjectView } from "#lib/domain/project.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { requestContext } from "#server/next/request-context.ts";
import { showProject } from "#server/usecases/show-project.ts";
import { shown } from "../usecase-page.ts";

export type Asked = { readonly ctx: Context; readonly project: ProjectView };

const found = cache(async (slug: string): Promise<Asked> => {
  const ctx = await requestContext();
  return { ctx, project: shown(await showProject(ctx, { slug })) };
});

/** The project of a page for whoever asks, read once. A former address leads on for good; a project without files leads to its page. */
export async function askedProject(slug: string, addressOf: (slug: string) => string): Promise<Asked> {
  const asked = await found(slug);
  if (asked.project.slug !== slug) permanentRedirect(addressOf(asked.project.slug));
  if (asked.project.state !== "ready") permanentRedirect(routes.project(slug));
  return asked;
}

/** The first of what an address says under a name. */
export function one(asked: Readonly<Record<string, string | string[] | undefined>>, name: string): string | undefined {
  const value = asked[name];
  const first = typeof value === "string" ? value : value?.[0];
  return first === "" ? undefined : first;
}
