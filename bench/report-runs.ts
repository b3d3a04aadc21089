import path from "node:path";
import { timeKernelItself } from "./kernel-own-time.ts";
import { pause, type RunTiming, timeCachedAnswer, timeRun } from "./measure-runs.ts";
import { findPeer } from "./peer.ts";
import { against } from "./report.ts";
import type { Bench } from "./run.ts";
import { median, milliseconds, table, times } from "./statistics.ts";

type Subject = { readonly slug: string; readonly folder: string; readonly what: string; readonly values: (turn: number) => Readonly<Record<string, unknown>> };

/** Every turn has values of its own, so that nothing but the kernel can answer. */
const subjects: readonly Subject[] = [
  {
    slug: "melting-of-pcr-primers",
    folder: "primer-melting",
    what: "Python: thermodynamics of two short sequences",
    values: (turn) => ({ primer_nanomolar: 100 + turn }),
  },
  {
    slug: "genetic-drift-in-a-wright-fisher-population",
    folder: "wright-fisher-drift",
    what: "Python: simulation, two figures, a table",
    values: (turn) => ({ population_size: 60, seed: 1000 + turn }),
  },
  {
    slug: "the-action-potential-of-hodgkin-and-huxley",
    folder: "hodgkin-huxley",
    what: "Python: differential equations, figures",
    values: (turn) => ({ current: 8 + turn / 10 }),
  },
  {
    slug: "michaelis-menten-kinetics-of-an-enzyme",
    folder: "enzyme-kinetics",
    what: "R: non-linear fit, figures",
    values: (turn) => ({ level: 80 + turn }),
  },
];
const turns = 5;
const peerTurns = 3;
/** Long enough for the pool to have replaced the kernel that the former run used up. */
const betweenRunsMs = 5000;

/** (a) Run to last output against the kernel's own time and a peer, and (b) the cached answer, in one table. */
export async function reportRuns({ visitor, report }: Bench): Promise<void> {
  const peer = await findPeer();
  const rows: string[][] = [];
  const judged: string[] = [];
  for (const subject of subjects) {
    const { id } = await visitor.json<{ id: string }>("GET", `/api/v1/worksheets/${subject.slug}`);
    await timeRun(visitor, id, subject.values(13));
    const runs: RunTiming[] = [];
    for (let turn = 0; turn < turns; turn++) {
      await pause(betweenRunsMs);
      runs.push(await timeRun(visitor, id, subject.values(turn)));
    }
    const cached: number[] = [];
    for (let turn = 0; turn < turns; turn++) cached.push(await timeCachedAnswer(visitor, id, subject.values(turn)));

    const folder = path.resolve("library", subject.folder);
    const own = await timeKernelItself(
      path.join(folder, `${subject.folder}.ipynb`),
      Array.from({ length: turns }, (_, turn) => subject.values(turn)),
      "worksheet",
    );
    const peerMs = peer ? await timePeer(peer.execute, visitor, id, subject, folder) : [];
    const [run, kernel, theirs] = [median(runs.map((timing) => timing.lastOutputMs)), median(own), median(peerMs)];
    const allowed = kernel * 1.3 + 50;
    rows.push([
      `${subject.folder} (${subject.what})`,
      milliseconds(run),
      milliseconds(median(runs.map((timing) => timing.endMs))),
      milliseconds(kernel),
      peer ? `${milliseconds(theirs)} (${times(theirs / run)} longer)` : "not installed",
      milliseconds(median(cached)),
    ]);
    judged.push(
      `- ${subject.folder}: ${against(`within 1.3 times the kernel's own time plus 50 ms (${milliseconds(allowed)})`, run <= allowed)}${peer ? `; ${against("15 times faster than the peer", theirs / run >= 15)} (the kernel itself is ${times(theirs / kernel)} faster: more is not to be had)` : ""}`,
    );
  }
  report.add(
    "Run to last output, on a warm kernel",
    `Over REST as a visitor: from sending \`POST runs\` to the last output event, median of ${turns} runs with values of their own, ${betweenRunsMs / 1000} s apart. "Kernel itself": the same cells and values sent straight to a kernel that is as warm, outputs thrown away. Peer: ${peer ? `${peer.name} --execute` : "none found"}, the same executed notebook (values injected), the same packages and files, median of ${peerTurns}. "Cached": the same values asked again, until all outputs are there.`,
    table(["worksheet", "last output", "run final", "kernel itself", "peer", "cached"], rows),
    judged.join("\n"),
  );
}

/** The peer gets what Sheaf hands out: the executed notebook with its injected values, outputs emptied. */
async function timePeer(
  execute: (notebook: string, folder: string) => Promise<number>,
  client: Bench["visitor"],
  id: string,
  subject: Subject,
  folder: string,
): Promise<number[]> {
  const taken: number[] = [];
  for (let turn = 0; turn < peerTurns; turn++) {
    const started = await client.startRun(id, subject.values(turn));
    const notebook = await client.json<{ cells: { cell_type: string; outputs?: unknown[]; execution_count?: number | null }[] }>(
      "GET",
      `/api/v1/runs/${started.id}/notebook`,
    );
    const emptied = notebook.cells.map((cell) => (cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell));
    taken.push(await execute(JSON.stringify({ ...notebook, cells: emptied }), folder));
  }
  return taken;
}
