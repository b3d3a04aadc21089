import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createProcessKernels } from "#server/adapters/kernels/process/kernels.ts";
import { optionsIn } from "#server/adapters/kernels/process/test-options.ts";
import { createLogger } from "#server/log.ts";
import type { StartLab } from "#server/ports/kernels.ts";
import { processesNaming, proportionalBytes } from "#tests/processes.ts";
import { pause } from "./measure-runs.ts";

export type LabFigures = {
  readonly coldMs: readonly number[];
  readonly warmMs: readonly number[];
  /** Of a lab that somebody has just opened, and of one that waits. */
  readonly labBytes: readonly number[];
  readonly waitingBytes: number;
};

const turns = 7;
const uid = process.getuid?.() === 0 ? 732_000 : null;

/** Labs as the engine starts them: from the call to the lab's first authenticated answer. */
export async function measureLabs(): Promise<LabFigures> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-labs-"));
  const home = path.join(folder, "homes/ada");
  await mkdir(path.join(home, "projects"), { recursive: true });
  if (uid !== null) for (const one of [home, path.join(home, "projects")]) await chown(one, uid, uid);
  const options = optionsIn(path.join(folder, "data"));
  const kernels = await createProcessKernels(options, createLogger("bench", "error"));
  // Labs that were there before, the measured server's own that wait among them, are none of these.
  const others = new Set(processesNaming("sheaf/lab/start.py").map(({ pid }) => pid));
  const memory = (): number =>
    processesNaming("sheaf/lab/start.py")
      .filter(({ pid }) => !others.has(pid))
      .reduce((sum, { pid }) => sum + proportionalBytes(pid), 0);
  const figures = { coldMs: [] as number[], warmMs: [] as number[], labBytes: [] as number[], waitingBytes: 0 };
  const open = async (turn: string): Promise<void> => {
    const began = performance.now();
    const lab = await kernels.startLab(request(turn, home));
    if (!lab.ok) throw new Error(lab.failure.message);
    (lab.value.warm ? figures.warmMs : figures.coldMs).push(performance.now() - began);
    await pause(500);
    figures.labBytes.push(memory());
    await lab.value.stop();
  };
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      await open(`cold_${turn}`);
      await kernels.keepLabsWarm(1);
      figures.waitingBytes = memory();
      await open(`warm_${turn}`);
    }
  } finally {
    await kernels.close();
    await rm(folder, { recursive: true, force: true });
    await rm(options.runtimeFolder, { recursive: true, force: true });
  }
  return figures;
}

function request(sessionId: string, homeFolder: string): StartLab {
  const limits = { memoryBytes: 4 * 1024 ** 3, cpus: os.availableParallelism(), processes: 512, diskBytes: 1024 ** 3 };
  return {
    sessionId,
    person: { username: "ada", uid },
    homeFolder,
    groups: [],
    folder: "projects",
    basePath: "/",
    pageOrigin: "http://sheaf.localhost:3000",
    limits,
  };
}
