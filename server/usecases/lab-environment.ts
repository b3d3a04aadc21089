import type { ProjectId, UserId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";
import type { EnvironmentBuild } from "#server/ports/store.ts";

export type LabEnvironment =
  /** The site's own: nothing is made for the project, or nothing that a lab can stand on. */
  | { readonly use: "site" }
  /** "asks": it came with a copy, and the person has not agreed to have it in their labs. */
  | { readonly use: "project" | "asks"; readonly build: Pick<EnvironmentBuild, "id"> & { readonly name: string; readonly digest: string } };

/**
 * What a person's lab on a project stands on. Code that others chose runs there beside the person's own files, already when
 * a notebook is opened: that of a copy is used once the person agreed to exactly that one. What a Dockerfile makes need not
 * have a JupyterLab in it, so that a lab on it might not start. Callers authorise.
 */
export async function labEnvironment({ store }: Pick<Services, "store">, projectId: ProjectId, userId: UserId): Promise<LabEnvironment> {
  const [project, environment] = await Promise.all([store.findProject(projectId), store.findProjectEnvironment(projectId)]);
  const current = environment?.current ?? null;
  if (!project || current?.state !== "ready" || current.name === null || current.digest === null) return { use: "site" };
  const { id, name, digest, plan } = current;
  if (plan.builder !== "light" || plan.dockerfile !== null) return { use: "site" };
  const build = { id, name, digest };
  const isCopy = project.upstreamId !== null || project.upstreamCommit !== null;
  return { use: isCopy && !(await store.hasAcceptedEnvironment(userId, id)) ? "asks" : "project", build };
}
