import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ensureRuntime } from "#server/adapters/kernels/process/runtime.ts";
import type { Runtime } from "#server/adapters/kernels/process/runtime-shape.ts";
import { loadConfig } from "#server/config.ts";

/** What people use today for "run this notebook with these values", on the very packages that Sheaf's kernels run on. */
export type Peer = {
  readonly name: string;
  readonly execute: (notebook: string, filesFolder: string) => Promise<number>;
  /** Renders a notebook as it is. */
  readonly toHtml: (notebook: string) => Promise<number>;
};

export async function findPeer(): Promise<Peer | null> {
  const runtime = await ensureRuntime(loadConfig());
  if (!runtime.ok) return null;
  const version = await execute([...sandbox(runtime.value, os.tmpdir()), "python3", "-m", "nbconvert", "--version"]);
  if (version.code !== 0) return null;
  return {
    name: `nbconvert ${version.text.trim()}`,
    execute: (notebook, filesFolder) => timeNbconvert(runtime.value, notebook, filesFolder, ["--to", "notebook", "--execute"]),
    toHtml: (notebook) => timeNbconvert(runtime.value, notebook, null, ["--to", "html"]),
  };
}

/** From the start of the program to its end, with what it makes written: what somebody at a prompt waits for. */
async function timeNbconvert(runtime: Runtime, notebook: string, filesFolder: string | null, options: readonly string[]): Promise<number> {
  const work = await mkdtemp(path.join(os.tmpdir(), "sheaf-peer-"));
  try {
    if (filesFolder !== null) await cp(filesFolder, work, { recursive: true });
    await writeFile(path.join(work, "peer.ipynb"), notebook);
    const began = performance.now();
    const { code, text } = await execute([...sandbox(runtime, work), "python3", "-m", "nbconvert", ...options, "--output", "out", "peer.ipynb"]);
    const took = performance.now() - began;
    if (code !== 0) throw new Error(`nbconvert ended with ${code}: ${text.slice(-1000)}`);
    return took;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The same root folder and the same list of fonts; no limits, and the network that nbconvert's own sockets need. */
function sandbox(runtime: Runtime, work: string): string[] {
  if (runtime.root === null) return ["env", "-C", work];
  const fonts = runtime.fontList === null ? [] : ["--ro-bind", path.dirname(runtime.fontList), "/tmp/fonts", "--setenv", "MPLCONFIGDIR", "/tmp/fonts"];
  const folders = [
    "--ro-bind",
    runtime.root,
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--tmpfs",
    "/tmp",
    "--tmpfs",
    "/root",
    "--bind",
    work,
    "/work",
    "--chdir",
    "/work",
  ];
  return ["bwrap", "--die-with-parent", ...folders, ...fonts, "--setenv", "HOME", "/root", "--setenv", "LANG", "C.UTF-8", "--"];
}

async function execute([program = "", ...args]: readonly string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text };
}
