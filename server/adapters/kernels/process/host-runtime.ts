import { createHash } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { Language } from "#lib/domain/worksheet.ts";
import { runProgram } from "./run-program.ts";
import { kernelCommands, type Runtime } from "./runtime-shape.ts";

const probes = {
  python: ["/usr/bin/python3", "-c", "import ipykernel"],
  r: ["/usr/bin/R", "--no-echo", "--vanilla", "-e", "loadNamespace('IRkernel')"],
} as const satisfies Record<Language, readonly string[]>;

/** The kernels of this machine's own Debian packages; null where there is none. */
export async function findHostRuntime(cacheFolder: string): Promise<Runtime | null> {
  const languages: Language[] = [];
  for (const language of Object.keys(probes) as Language[]) {
    const [program = "", ...args] = probes[language];
    if ((await runProgram(program, args)).code === 0) languages.push(language);
  }
  if (languages.length === 0) return null;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the notation of dpkg-query
  const packages = await runProgram("dpkg-query", ["--show", "--showformat", "${Package} ${Version} ${Architecture}\\n"]);
  const digest = createHash("sha256").update(packages.stdout.split("\n").sort().join("\n")).digest("hex");
  return {
    root: null,
    name: `host-${digest.slice(0, 10)}`,
    digest: `sha256:${digest}`,
    languages,
    commands: kernelCommands,
    fontList: await makeFontList(cacheFolder, digest),
  };
}

async function makeFontList(cacheFolder: string, digest: string): Promise<string | null> {
  const folder = path.join(cacheFolder, "fonts", digest.slice(0, 10));
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const find = async () => (await readdir(folder)).find((name) => name.startsWith("fontlist-"));
  if (!(await find())) await runProgram("env", [`MPLCONFIGDIR=${folder}`, "/usr/bin/python3", "-c", "import matplotlib.font_manager"]);
  const name = await find();
  return name === undefined ? null : path.join(folder, name);
}
