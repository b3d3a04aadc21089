import { createRepository } from "./create-repository.ts";
import { linkObjects } from "./link-objects.ts";
import { readRef } from "./read-ref.ts";

/** Only the main line is taken: other branches are their authors' unpublished matter. */
export async function forkRepository(source: string, folder: string, name: string): Promise<void> {
  await createRepository(folder, name, async (fresh) => {
    const main = await readRef(source, "main");
    await linkObjects(source, fresh);
    return main;
  });
}
