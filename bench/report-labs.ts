import { measureJupyterHub } from "./jupyterhub.ts";
import { measureLabs } from "./measure-labs.ts";
import { pause } from "./measure-runs.ts";
import { against } from "./report.ts";
import type { Bench } from "./run.ts";
import { median, megabytes, milliseconds, table, times } from "./statistics.ts";

type Lab = { readonly id: string; readonly state: string; readonly error: string | null };
const turns = 5;
/** Long enough for the pool to have replaced the lab that was given away. */
const betweenMs = 10_000;
const aim = 5;

/** Opening a lab, waiting ones and fresh ones, against JupyterHub's local spawner on this machine. */
export async function reportLabs({ signedIn, report }: Bench): Promise<void> {
  const figures = await measureLabs();
  const overApi = await timeOpening(signedIn);
  const hub = await measureJupyterHub();
  const row = (what: string, samples: readonly number[], bytes: number): string[] => [
    what,
    milliseconds(median(samples)),
    milliseconds(Math.max(...samples)),
    Number.isNaN(bytes) ? "" : megabytes(bytes),
  ];
  const [warm, cold] = [figures.warmMs.length > 0 ? median(figures.warmMs) : Number.NaN, median(figures.coldMs)];
  const judged = hub
    ? `Aim, opening from a lab that waits: ${against(`${aim} times faster than JupyterHub`, median(hub.openMs) / warm >= aim)} (${times(median(hub.openMs) / warm)}; a fresh one ${times(median(hub.openMs) / cold)}).`
    : "JupyterHub: skipped, it is not installed on this machine (`SHEAF_BENCH_HUB` may say how to run one).";
  report.add(
    "Opening a lab",
    `To the lab's first authenticated answer. Sheaf: from the engine's call, ${figures.coldMs.length} starts of each kind; "over the API": from \`POST projects/{id}/lab\` to the state "ready" in \`GET sessions/{id}\`, with the project's files brought into the home, median of ${turns}. Memory: proportional set size of the lab's server, half a second after.`,
    table(
      ["opened", "median", "slowest", "memory"],
      [
        ...(figures.warmMs.length > 0 ? [row("Sheaf, one that waits", figures.warmMs, median(figures.labBytes))] : []),
        row("Sheaf, a fresh one", figures.coldMs, median(figures.labBytes)),
        row("Sheaf, over the API, one that waits", overApi, Number.NaN),
        ...(hub ? [row(`JupyterHub ${hub.version}, local spawner`, hub.openMs, hub.labBytes)] : []),
      ],
    ),
    `A lab that waits for somebody holds ${megabytes(figures.waitingBytes)}.`,
    judged,
  );
}

async function timeOpening(client: Bench["signedIn"]): Promise<number[]> {
  const project = await client.json<{ id: string }>("POST", "/api/v1/projects", { title: "Opened often", type: "notebook", visibility: "private" });
  const taken: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await pause(betweenMs);
    const began = performance.now();
    let lab = await client.json<Lab>("POST", `/api/v1/projects/${project.id}/lab`);
    while (lab.state === "queued" || lab.state === "starting") {
      await pause(10);
      lab = await client.json<Lab>("GET", `/api/v1/sessions/${lab.id}`);
    }
    if (lab.state !== "ready") throw new Error(`The lab is ${lab.state}: ${lab.error}`);
    taken.push(performance.now() - began);
    await client.json("DELETE", `/api/v1/sessions/${lab.id}`);
  }
  return taken;
}
