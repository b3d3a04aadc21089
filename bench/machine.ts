import { readFileSync } from "node:fs";
import os from "node:os";

/** The machine in words that mean something elsewhere; no names, no paths. */
export function describeMachine(): string {
  const cpu = os.cpus()[0]?.model.trim() ?? "unknown processor";
  const system = /PRETTY_NAME="([^"]+)"/.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? os.type();
  return `${os.availableParallelism()} cores (${cpu}), ${Math.round(os.totalmem() / 1024 ** 3)} GB memory, ${system}, Linux ${os.release().split("-")[0]}, Node ${process.versions.node}`;
}
