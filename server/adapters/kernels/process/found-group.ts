import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { type ControlGroup, findPlaces, groupV1, groupV2 } from "./control-groups.ts";

/**
 * The control group that a container engine made for a process of this machine, for reading what it uses. `mark` is part of
 * its name: null where there is none such, as when the engine counts processes of another machine, or we see less than it does.
 */
export async function findControlGroup(pid: number, mark: string): Promise<Pick<ControlGroup, "usage" | "processIds" | "countMemoryKills"> | null> {
  const places = findPlaces(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""));
  if (!places) return null;
  const names = groupNames(await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => ""));
  const folderOf = (controller: "memory" | "cpu" | "pids" | "cpuacct"): string =>
    places.version === 2 ? path.join(places.at, names.get("") ?? "") : path.join(places.at[controller], names.get(controller) ?? "");
  const folder = folderOf("memory");
  if (!folder.includes(mark) || !(await isThere(folder))) return null;
  return places.version === 2 ? groupV2(folder) : groupV1([], folderOf);
}

/** Controller → name of the group; "" is the one of version 2. */
function groupNames(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, controllers = "", name = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(",")) if (name !== "") names.set(controller, name);
  }
  return names;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
