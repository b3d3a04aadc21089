import { execFile } from "node:child_process";
import { chown, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { ProjectId, UserId } from "#lib/domain/ids.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { personHome } from "#server/person-home.ts";
import type { User } from "#server/ports/store.ts";
import { findProjectFor, type ReadyProject } from "#server/usecases/find-project.ts";
import { type HeldPlace, holdWorkingCopy } from "#server/usecases/hold-working-copy.ts";
import { prepareWorkingCopy } from "#server/usecases/prepare-working-copy.ts";
import { saveHeld } from "#server/usecases/save-version.ts";
import { person, type TestWorld, value } from "./world.ts";

export type Author = { readonly user: User; readonly ctx: Context };
type Files = Readonly<Record<string, string | Uint8Array>>;

/** An author of a test world, with a level that lets them make projects. */
export async function author(world: TestWorld, username: string): Promise<Author> {
  const id = await world.user(username, "author");
  const user = await world.store.findUser(id);
  if (!user) throw new Error("The user is gone.");
  return { user, ctx: world.as(person(id, username, "author")) };
}

/** A project with one version of these files. */
export async function project(
  world: TestWorld,
  ownerId: UserId,
  slug: string,
  files: Files,
  options: { keepOutputs?: boolean; visibility?: "private" | "public" } = {},
): Promise<ProjectId> {
  await world.store.upsertArea({ slug: "genetics", title: "Genetics", description: "" });
  const id = newId("project");
  const { keepOutputs = true, visibility = "private" } = options;
  await world.store.insertProject({ id, ownerId, slug, title: slug, type: "notebook", areaSlug: "genetics", visibility, keepOutputs });
  const repository = value(await world.services.forge.createRepository(slug));
  await world.store.setProjectRepository(id, repository);
  await world.store.markProjectReady(id);
  if (Object.keys(files).length === 0) return id;
  const changes = new Map(Object.entries(files).map(([name, content]) => [name, bytes(content)]));
  value(
    await world.services.forge.commit(repository, {
      ref: "main",
      parent: null,
      message: "Begin\n",
      author: { name: "Test", email: "test@users.sheaf.invalid", at: new Date() },
      changes,
    }),
  );
  return id;
}

export async function ready(world: TestWorld, id: ProjectId): Promise<ReadyProject> {
  return value(await findProjectFor(world.as({ kind: "system" }), id, "project:read"));
}

/** The working copy of somebody who may not be the owner: groups do not exist yet. */
export async function prepare(world: TestWorld, projectId: ProjectId, { user }: Author) {
  return value(await prepareWorkingCopy(world.as({ kind: "system" }), { projectId, user }));
}

export async function held<T>(world: TestWorld, projectId: ProjectId, { user, ctx }: Author, work: (place: HeldPlace) => Promise<T>): Promise<T> {
  const done = await holdWorkingCopy(ctx, await ready(world, projectId), user, async (place) => ({ ok: true, value: await work(place) }));
  return value(done);
}

export async function save(world: TestWorld, projectId: ProjectId, by: Author, message = "Work"): ReturnType<typeof saveHeld> {
  return held(world, projectId, by, (place) => saveHeld(by.ctx, place, { message }));
}

/** Files as the person's own programs read and write them, past all of ours. */
export function asLab(world: TestWorld, { user }: Author, folder: string) {
  const home = personHome(user);
  const root = path.join(world.folder, "homes", user.username, folder);
  return {
    root,
    async write(name: string, content: string | Uint8Array): Promise<void> {
      const file = path.join(root, name);
      await mkdir(path.dirname(file), { recursive: true });
      // As editors do: beside, and put in its place.
      const fresh = `${file}.${newId("run")}~`;
      await writeFile(fresh, content);
      if (home.uid !== null) {
        await chown(path.dirname(file), home.uid, home.uid);
        await chown(fresh, home.uid, home.uid);
      }
      await rename(fresh, file);
    },
    read: (name: string): Promise<string> => readFile(path.join(root, name), "utf8"),
    bytes: (name: string): Promise<Buffer> => readFile(path.join(root, name)),
    async run(command: string): Promise<string> {
      const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd: root });
      return stdout;
    },
  };
}

function bytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

export type TestCell = { readonly id: string; readonly source: string; readonly output?: string };

/** The text of a notebook, as Jupyter writes it. */
export function notebook(...cells: readonly TestCell[]): string {
  const printed = cells.map(({ id, source, output }) => ({
    cell_type: "code",
    execution_count: output === undefined ? null : 1,
    id,
    metadata: {},
    outputs: output === undefined ? [] : [{ name: "stdout", output_type: "stream", text: [output] }],
    source: [source],
  }));
  const metadata = { kernelspec: { display_name: "Python 3", language: "python", name: "python3" } };
  return `${JSON.stringify({ cells: printed, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

export function sources(text: string): string[] {
  return (JSON.parse(text) as { cells: { source: string | string[] }[] }).cells.map(({ source }) => (Array.isArray(source) ? source.join("") : source));
}
