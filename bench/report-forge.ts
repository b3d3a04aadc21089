import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type ForgeMeasure, measureForge } from "./measure-forge.ts";
import { against, type Report } from "./report.ts";
import { median, milliseconds, quantile, table, times } from "./statistics.ts";

/** Repositories: what the forge takes, beside what git's own commands take for the same. */
export async function reportForge({ report }: { readonly report: Report }): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-bench-forge-"));
  try {
    const measured = await measureForge(folder);
    const ratio = ({ oursMs, peerMs }: ForgeMeasure): number => median(peerMs) / median(oursMs);
    const rows = measured.map((one) => [
      one.name,
      milliseconds(median(one.oursMs)),
      milliseconds(quantile(one.oursMs, 0.95)),
      one.peer,
      milliseconds(median(one.peerMs)),
      times(ratio(one)),
    ]);
    const slower = measured.filter((one) => ratio(one) < 0.8).map((one) => one.name);
    report.add(
      "Repositories",
      "In turn with the commands, on the same repositories, in this process; the commands are what somebody at a prompt would wait for.",
      table(["", "median", "p95", "beside", "median", "faster"], rows),
      against(`nothing slower than git's own commands${slower.length > 0 ? ` (slower: ${slower.join(", ")})` : ""}`, slower.length === 0),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
