import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { buildEnvironment } from "#server/child-environment.ts";
import { findBuild, keepBuild } from "./built-pages.ts";
import { CommandProblem } from "./command-problem.ts";
import { runCommand } from "./run-command.ts";

const root = path.resolve(import.meta.dirname, "../..");
const place = path.join(root, ".sheaf/pages");
const sources = ["app", "components", "lib", "server", "drizzle/schema", "public"];
const needed = [".next", "node_modules", "package.json", "public", "server.js"];
const files = ["instrumentation.ts", "next.config.ts", "postcss.config.mjs", "package.json", "package-lock.json", "tsconfig.json"];
/** Pages hold none of these (the walls say so): changing them needs no new build. */
const notPages = /^server\/(?:cli|engine|gateway|jupyter|supervisor|adapters\/(?:database|kernels)|ma(?:in|chine)\.ts)|\.test\.tsx?$/;

/** The folder with the pages of today's source; null where they are not built. */
export async function findPages(): Promise<string | null> {
  return findBuild(place, await fingerprint());
}

/** Builds in a process that holds a lock: two servers that start at once build once. */
export async function buildPages(): Promise<string> {
  await mkdir(path.dirname(place), { recursive: true });
  const { code, output } = await runCommand(["flock", path.join(root, ".sheaf/build.lock"), process.execPath, import.meta.filename], { cwd: root });
  const pages = code === 0 ? await findPages() : null;
  if (pages === null) throw new CommandProblem(`The pages could not be built:\n${output.slice(-4000)}`);
  return pages;
}

async function build(): Promise<void> {
  const name = await fingerprint();
  if (await findBuild(place, name)) return;
  const { code, output } = await runCommand([process.execPath, "node_modules/next/dist/bin/next", "build"], { cwd: root, environment: buildEnvironment() });
  if (code !== 0) {
    console.error(output);
    process.exitCode = 1;
    return;
  }
  await mkdir(place, { recursive: true });
  const filled = path.join(place, `.new-${name}`);
  await rm(filled, { recursive: true, force: true });
  await rename(path.join(root, ".next/standalone"), filled);
  await cp(path.join(root, ".next/static"), path.join(filled, ".next/static"), { recursive: true });
  await cp(path.join(root, "public"), path.join(filled, "public"), { recursive: true, force: true });
  // Next brings settings along, and whatever it cannot rule out: a data folder beside the source, for one.
  for (const file of await readdir(filled)) if (!needed.includes(file)) await rm(path.join(filled, file), { recursive: true });
  await keepBuild(place, name, filled);
}

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  const found = await Promise.all(sources.map((folder) => readdir(path.join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])));
  const paths = found.flat().flatMap((entry) => (entry.isFile() ? [path.relative(root, path.join(entry.parentPath, entry.name))] : []));
  const read = [...files, ...paths.filter((file) => !notPages.test(file))].sort();
  const contents = await Promise.all(read.map((file) => readFile(path.join(root, file)).catch(() => "")));
  for (const [index, file] of read.entries()) hash.update(`\0${file}\0`).update(contents[index] ?? "");
  return hash.digest("hex").slice(0, 16);
}

if (import.meta.main) await build();
