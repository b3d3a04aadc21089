import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { buildEnvironment } from "#server/config.ts";
import { CommandProblem } from "./command-problem.ts";
import { runCommand } from "./run-command.ts";

const root = path.resolve(import.meta.dirname, "../..");
const stampFile = path.join(root, ".next/sheaf-build");
const sources = ["app", "components", "lib", "server", "drizzle/schema", "public"];
const files = ["next.config.ts", "postcss.config.mjs", "package.json", "package-lock.json", "tsconfig.json"];

/** Whether the pages that stand built are those of today's source. */
export async function pagesAreBuilt(): Promise<boolean> {
  return (await readFile(stampFile, "utf8").catch(() => "")) === (await fingerprint());
}

/** Builds in a process that holds a lock: two servers that start at once build once. */
export async function buildPages(): Promise<void> {
  await mkdir(path.join(root, ".sheaf"), { recursive: true });
  const { code, output } = await runCommand(["flock", path.join(root, ".sheaf/build.lock"), process.execPath, import.meta.filename], { cwd: root });
  if (code !== 0) throw new CommandProblem(`The pages could not be built:\n${output.slice(-4000)}`);
}

async function build(): Promise<void> {
  if (await pagesAreBuilt()) return;
  const stamp = await fingerprint();
  await rm(stampFile, { force: true });
  const { code, output } = await runCommand([process.execPath, "node_modules/next/dist/bin/next", "build"], { cwd: root, environment: buildEnvironment() });
  if (code !== 0) {
    console.error(output);
    process.exitCode = 1;
    return;
  }
  const standalone = path.join(root, ".next/standalone");
  await cp(path.join(root, ".next/static"), path.join(standalone, ".next/static"), { recursive: true });
  await cp(path.join(root, "public"), path.join(standalone, "public"), { recursive: true, force: true }).catch(ignoreMissing);
  await writeFile(stampFile, stamp);
}

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  const found = await Promise.all(sources.map((folder) => readdir(path.join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])));
  const paths = found
    .flat()
    .flatMap((entry) => (entry.isFile() && !/\.test\.tsx?$/.test(entry.name) ? [path.relative(root, path.join(entry.parentPath, entry.name))] : []));
  for (const file of [...files, ...paths].sort()) hash.update(`\0${file}\0`).update(await readFile(path.join(root, file)).catch(() => ""));
  return hash.digest("hex");
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

if (import.meta.main) await build();
