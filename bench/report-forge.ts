import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { besideGit } from "./beside-git.ts";
import { measureForge } from "./measure-forge.ts";
import type { Report } from "./report.ts";

/** Repositories: what the forge takes, beside what git's own commands take for the same. */
export async function reportForge({ report }: { readonly report: Report }): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-bench-forge-"));
  try {
    const measured = await measureForge(folder);
    report.add(
      "Repositories",
      "In turn with the commands, on the same repositories, in this process; the commands are what somebody at a prompt would wait for.",
      ...besideGit(measured),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
