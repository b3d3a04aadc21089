import { chown, mkdir } from "node:fs/promises";
import path from "node:path";
import type { MadeEnvironment } from "#server/ports/environments.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";
import { labClient } from "#tests/lab-client.ts";
import { gigabyte, value } from "../kernels/execute-for-a-test.ts";

const uid = process.getuid?.() === 0 ? 730_017 : null;
const limits = { memoryBytes: 1.5 * gigabyte, cpus: 2, processes: 200, diskBytes: gigabyte };

/** What a cell prints in a lab whose project asked for an environment. */
export async function labIn(kernels: KernelsPort, folder: string, environment: MadeEnvironment, cell: string): Promise<string> {
  const homeFolder = path.join(folder, "homes/ada");
  await mkdir(homeFolder, { recursive: true, mode: 0o700 });
  if (uid !== null) await chown(homeFolder, uid, uid);
  const person = { username: "ada", uid };
  const request = {
    sessionId: "lab_in_an_environment",
    person,
    homeFolder,
    folder: "",
    groups: [],
    basePath: "/",
    pageOrigin: "http://sheaf.localhost:3000",
    limits,
    environment,
  };
  const lab = value(await kernels.startLab(request));
  const client = labClient({ ...lab, basePath: "/" });
  try {
    return await (await client.kernel()).execute(cell);
  } finally {
    await client.close();
    await lab.kill();
  }
}
