import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createLogger } from "#server/log.ts";
import { labClient } from "#tests/lab-client.ts";
import { gigabyte, value } from "../execute-for-a-test.ts";
import { createProcessKernels, type ProcessKernelsOptions } from "./kernels.ts";

/** A server of its own, for labs of somebody who is not root: `node labs-for-a-test.ts OPTIONS CODE` prints what the code says in a lab. */
const [optionsText = "", code = ""] = process.argv.slice(2);
const options = JSON.parse(optionsText) as ProcessKernelsOptions;
const kernels = await createProcessKernels(options, createLogger("other", "error"));
const homeFolder = path.join(options.dataFolder, "homes/ada");
await mkdir(path.join(homeFolder, "projects/fern"), { recursive: true, mode: 0o700 });
await kernels.keepLabsWarm(1);
const lab = value(
  await kernels.startLab({
    sessionId: "ordinary",
    person: { username: "ada", uid: null },
    homeFolder,
    folder: "projects/fern",
    groups: [],
    basePath: "/",
    pageOrigin: "http://sheaf.localhost:3000",
    limits: { memoryBytes: 1.5 * gigabyte, cpus: 2, processes: 200, diskBytes: gigabyte / 4 },
  }),
);
const client = labClient(lab);
const said = await (await client.kernel()).execute(code);
await client.close();
const { labs } = await kernels.describe();
await lab.stop();
await kernels.close();
process.stdout.write(`${JSON.stringify({ labs, warm: lab.warm, said })}\n`);
