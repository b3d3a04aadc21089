import { mkdirSync, mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadConfig } from "#server/config.ts";
import type { ProcessKernelsOptions } from "./kernels.ts";

/** The adapter's options for a test: its own data folder, the machine's shared runtime, short paths for sockets. */
export function optionsIn(dataFolder: string): ProcessKernelsOptions {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const config = loadConfig({ ...process.env, SHEAF_DATA: dataFolder });
  return {
    dataFolder,
    cacheFolder: config.cacheFolder,
    runtimeFolder: mkdtempSync(path.join(os.tmpdir(), "k-")),
    kernels: { runtime: "auto", engineId: "test" },
  };
}
