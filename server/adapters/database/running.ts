import { readFile } from "node:fs/promises";
import path from "node:path";

/** The address of the embedded database that a running server keeps in `folder`; null when none takes connections. */
export async function findRunningDatabase(folder: string): Promise<string | null> {
  const [, , , port, , , , state] = (await readFile(path.join(folder, "cluster/postmaster.pid"), "utf8").catch(() => "")).split("\n");
  const password = (await readFile(path.join(folder, "password"), "utf8").catch(() => "")).trim();
  return port && password !== "" && state?.startsWith("ready") ? `postgres://sheaf:${password}@127.0.0.1:${port}/sheaf` : null;
}
