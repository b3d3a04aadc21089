import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { loadConfig } from "#server/config.ts";
import { openServices } from "#server/container.ts";
import { runningDatabaseUrl } from "#tests/running-database.ts";
import { besideGit } from "./beside-git.ts";
import { measureVersions } from "./measure-versions.ts";
import type { Bench } from "./run.ts";

/** Working copies and versions: what an author waits for, beside plain git for the same. */
export async function reportVersions({ report, server }: Pick<Bench, "report" | "server">): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sheaf-bench-versions-"));
  const { dataFolder } = server;
  const databaseUrl = await runningDatabaseUrl(dataFolder);
  const services = await openServices(loadConfig({ ...process.env, SHEAF_DATA: dataFolder, DATABASE_URL: databaseUrl, SHEAF_LOG_LEVEL: "warn" }), "bench");
  try {
    const measured = await measureVersions(services, folder);
    report.add(
      "Versions",
      "The use-cases that the page calls, in this process, on a home of the server that runs; in turn with the commands that somebody at a prompt would give. What is written into a home is on its disk before it counts as done; git leaves that to the system.",
      ...besideGit(measured),
    );
  } finally {
    await services.close();
    await rm(folder, { recursive: true, force: true });
  }
}
