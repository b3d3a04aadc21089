import path from "node:path";
import type { FolderMount } from "#lib/domain/mounts.ts";
import type { VolumeDriver } from "#server/config.ts";
import { digestOf } from "#server/ids.ts";
import type { Mount } from "./container-options.ts";

/**
 * A folder of people's files as this machine's container engine can mount it: by its path, or, where the data folder is on a
 * network and the engine does not see it, as a volume that it mounts itself. Each folder is a volume of its own, so that a
 * container is given no more of the network's disk than that folder. It costs nothing while no container uses it.
 */
export function placeMount(mount: FolderMount, dataFolder: string, volume: VolumeDriver | null): Mount {
  const within = path.relative(dataFolder, mount.source);
  if (volume === null || within === "" || within.startsWith("..") || path.isAbsolute(within)) return mount;
  const device = `${volume.device}/${within}`;
  // Named by all that it is: a volume keeps the options that it was made with.
  const source = `sheaf-${digestOf(JSON.stringify([volume.type, volume.options, device])).slice(7, 31)}`;
  return { ...mount, source, volume: { type: volume.type, o: volume.options, device } };
}
