import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { PrintedBuild } from "#lib/environment/print-dockerfile.ts";
import { dockerfileText } from "#lib/environment/print-dockerfile.ts";
import type { SourceFile } from "#server/ports/environments.ts";

/** Name of our own Dockerfile in a context: none that a project's files can have, which stand in a folder. */
export const ownFileName = "Dockerfile.sheaf";

const imagesFolder = path.resolve(import.meta.dirname, "../../../../deploy/images");

/** Lays out what a build is given, in an empty folder: our scripts, lists made of the plan, the project's files. */
export async function writeContext(folder: string, printed: PrintedBuild, sources: ReadonlyMap<string, SourceFile>): Promise<void> {
  await writeFile(path.join(folder, ownFileName), dockerfileText(printed));
  await cp(path.join(imagesFolder, "environment"), path.join(folder, "scripts"), { recursive: true });
  await cp(path.join(imagesFolder, "install.sh"), path.join(folder, "scripts/install.sh"));
  for (const [name, text] of Object.entries(printed.texts)) await writeWithin(folder, name, { bytes: Buffer.from(text), executable: false });
  await writeSources(path.join(folder, "project"), sources);
}

/** The project's files alone, as its own Dockerfile sees them. */
export async function writeSources(folder: string, sources: ReadonlyMap<string, SourceFile>): Promise<void> {
  for (const [name, file] of sources) await writeWithin(folder, name, file);
}

async function writeWithin(folder: string, name: string, { bytes, executable }: SourceFile): Promise<void> {
  const at = path.join(folder, name);
  // The forge has no such paths; whoever brings one all the same is stopped here.
  if (!at.startsWith(`${folder}${path.sep}`) || name.includes("\0")) throw new Error(`${JSON.stringify(name)} leads out of the build.`);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, bytes, { flag: "wx", mode: executable ? 0o755 : 0o644 });
}
