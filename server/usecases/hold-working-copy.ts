import type { UserId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { personHome } from "#server/person-home.ts";
import type { Home } from "#server/ports/homes.ts";
import type { User, WorkingCopy } from "#server/ports/store.ts";
import type { ReadyProject } from "./find-project.ts";

export type Person = Pick<User, "id" | "username" | "displayName" | "uidOffset">;

/** Where somebody's files of a project are. */
export type WorkingPlace = {
  readonly project: ReadyProject;
  readonly person: Person;
  readonly home: Home;
  readonly row: WorkingCopy;
  /** Below the home: "projects/<folder>". */
  readonly folder: string;
};
/** The same while nobody else changes files and base together; `lost` says when that ends before its time. */
export type HeldPlace = WorkingPlace & { readonly lost: AbortSignal };

/** A first opening of a large project may take as long. */
const patienceMs = 45_000;

/** Works on somebody's working copy while no other tab, process or engine does. Its row is made where it lacks. */
export async function holdWorkingCopy<T>(
  ctx: Context,
  project: ReadyProject,
  person: Person,
  work: (place: HeldPlace) => Promise<Result<T>>,
): Promise<Result<T>> {
  const held = await ctx.store.withLock(`working-copy:${project.id}:${person.id}`, patienceMs, async (lost) => {
    const place = await makePlace(ctx, project, person);
    return place.ok ? work({ ...place.value, lost }) : place;
  });
  if (held) return held.value;
  return fail("unavailable", "Your files of this project are being changed just now, in another tab or by its opening. Try again in a moment.", {
    retryAfterSeconds: 5,
  });
}

/** Null where the person has not opened the project yet. */
export async function findPlace(ctx: Context, project: ReadyProject, person: Person): Promise<WorkingPlace | null> {
  const row = await ctx.store.findWorkingCopy(project.id, person.id);
  return row && placeOf(project, person, row);
}

/** False where the folder was taken away or renamed since: the next opening finds it again, or makes it afresh. */
export async function isFolderThere(ctx: Context, { home, folder }: WorkingPlace): Promise<boolean> {
  const found = await ctx.homes.find(home, folder);
  return found.ok && found.value.kind === "folder";
}

function placeOf(project: ReadyProject, person: Person, row: WorkingCopy): WorkingPlace {
  return { project, person, home: personHome(person), row, folder: `projects/${row.folder}` };
}

/** The row first: a crash afterwards leaves a folder to be filled, not files that nobody knows. */
async function makePlace(ctx: Context, project: ReadyProject, person: Person): Promise<Result<WorkingPlace>> {
  const home = personHome(person);
  await ctx.homes.ensure(home);
  const known = await findPlace(ctx, project, person);
  if (known) return ok(known);
  for (let number = 1; number <= mostNames; number++) {
    const folder = freeName(project.slug, number);
    const there = await ctx.homes.find(home, `projects/${folder}`);
    if (there.ok) continue;
    if (there.failure.code !== "not_found") return there;
    const row = await ctx.store.insertWorkingCopy({ id: newId("workingCopy"), projectId: project.id, userId: person.id, folder });
    if (row) return ok(placeOf(project, person, row));
  }
  return tooManyNames(project.slug);
}

/** Names are tried so often. */
export const mostNames = 1000;

export function freeName(slug: string, number: number): string {
  return number === 1 ? slug : `${slug}-${number}`;
}

export function tooManyNames(slug: string): Result<never> {
  return fail("conflict", `Your home has too many folders named “${slug}”. Remove some of them below “projects”.`);
}

/** Who asks, for what belongs to a person. */
export async function askingPerson(ctx: Context): Promise<Result<Person>> {
  if (ctx.actor.kind !== "user") return fail("unauthenticated", "Sign in to work on projects.");
  const user = await ctx.store.findUser(ctx.actor.userId satisfies UserId);
  return user ? ok(user) : fail("unauthenticated", "Sign in to work on projects.");
}
