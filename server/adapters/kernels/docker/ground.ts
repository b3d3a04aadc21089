import type { FolderMount } from "#lib/domain/mounts.ts";
import type { ContainerPlan, Mount } from "./container-options.ts";
import type { Containers } from "./containers.ts";
import type { Image } from "./images.ts";
import type { PersonNetworks } from "./person-networks.ts";

/** What all kernels and labs of one engine stand on. */
export type Ground = {
  readonly containers: Containers;
  readonly images: { readonly kernel: Image; readonly lab: Image | null };
  readonly common: Pick<ContainerPlan, "scope" | "seccomp" | "runtime">;
  /** Null where labs have none. */
  readonly networks: PersonNetworks | null;
  readonly isRoot: boolean;
  readonly ownUid: number;
  readonly ownGid: number;
  readonly sessionsFolder: string;
  readonly socketsFolder: string;
  /** How a folder of people's files is mounted on this machine. */
  readonly place: (mount: FolderMount) => Mount;
  /** A copy of what every lab reads, made at the first need. */
  readonly programFolder: () => Promise<string>;
};
