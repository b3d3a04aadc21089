import { listVersions } from "#server/usecases/list-versions.ts";
import { readVersionFile } from "#server/usecases/read-version-file.ts";
import { type Author, author } from "./project-world.ts";
import { createWorld, type TestWorld, value } from "./world.ts";

/** A world with Ada and Ben, small limits, and ways to look at what became of their projects. */
export async function twoAuthors() {
  const world: TestWorld = await createWorld({ SHEAF_FILE_MB: "2", SHEAF_HOME_MB: "60" });
  const [ada, ben] = [await author(world, "ada"), await author(world, "ben")];
  return {
    world,
    ada,
    ben,
    /** The text of a file in a version, the newest where none is named. */
    read: async (projectId: string, name: string, commit?: string, by: Author = ada): Promise<string> =>
      new TextDecoder().decode(value(await readVersionFile(by.ctx, { projectId, path: name, commit, limitBytes: 1e7 }))),
    numbers: async (projectId: string): Promise<number[]> => value(await listVersions(ada.ctx, { projectId })).items.map(({ number }) => number),
    trash: async ({ user }: Author): Promise<string[]> =>
      (await world.services.homes.listTrash({ username: user.username, uid: null })).map((entry) => entry.path),
  };
}
export type TwoAuthors = Awaited<ReturnType<typeof twoAuthors>>;
