import type { Config } from "#server/config.ts";
import { explainProblem, openEngine } from "../docker/engine.ts";
import { findLabAddress } from "./lab-address.ts";

export type SwarmFinding = { readonly holds: boolean; readonly about: string; readonly text: string };

/** What one of several machines needs besides a container engine, and whether it has it. Changes nothing. */
export async function examineSwarm({
  docker,
  labs,
  nodeFolder,
  dataFolder,
}: Pick<Config, "docker" | "nodeFolder" | "dataFolder"> & { readonly labs: Pick<Config["labs"], "nodeNetwork"> }): Promise<SwarmFinding[]> {
  const address = findLabAddress(labs.nodeNetwork);
  return [
    await examineNode(docker.address),
    { holds: address.ok, about: "Swarm, labs", text: address.ok ? `reached from other machines at ${address.value}` : address.failure.message },
    docker.registry
      ? { holds: true, about: "Swarm, images", text: `put into and fetched from ${docker.registry.address}` }
      : {
          holds: false,
          about: "Swarm, images",
          text: "SHEAF_REGISTRY is not set: the images of kernels and labs have to be brought to each machine, and what a project asked for runs only where it was built",
        },
    nodeFolder !== dataFolder || docker.dataVolume === null
      ? {
          holds: true,
          about: "Swarm, data",
          text: docker.dataVolume
            ? `homes are volumes of ${docker.dataVolume.type} ${docker.dataVolume.device}; work folders in ${nodeFolder}`
            : `${dataFolder} has to be the same folder on every machine, mounted on each host itself`,
        }
      : {
          holds: false,
          about: "Swarm, data",
          text: "SHEAF_NODE_FOLDER is not set: kernels would work in the data folder, which the container engine does not see here",
        },
  ];
}

async function examineNode(address: string): Promise<SwarmFinding> {
  const about = "Swarm, this machine";
  try {
    const { Swarm, SecurityOptions = [] } = (await openEngine(address).info()) as {
      Swarm?: { LocalNodeState?: string; NodeID?: string };
      SecurityOptions?: string[];
    };
    if (Swarm?.LocalNodeState !== "active")
      return {
        holds: false,
        about,
        text: "in no swarm: docker swarm init on the first machine, docker swarm join on the others. An engine works without, and then nothing starts it elsewhere",
      };
    const node = `node ${Swarm.NodeID ?? ""}`;
    if (!SecurityOptions.some((option) => option.includes("no-new-privileges")))
      return {
        holds: false,
        about,
        text: `${node}; add "no-new-privileges": true to /etc/docker/daemon.json for Sheaf's own containers, since a stack cannot ask for it`,
      };
    return { holds: true, about, text: node };
  } catch (error) {
    return { holds: false, about, text: explainProblem(error, address) };
  }
}
