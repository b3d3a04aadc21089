import { ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import type { Logger } from "#server/log.ts";
import type { KernelsPort, Lab, LabsDescription } from "#server/ports/kernels.ts";
import { createDockerKernels, type DockerKernelsOptions } from "../docker/kernels.ts";
import { examineSwarm } from "./examine.ts";
import { findLabAddress } from "./lab-address.ts";
import { openRelay } from "./relay.ts";

export type SwarmKernelsOptions = DockerKernelsOptions & { readonly labs: Pick<Config["labs"], "nodeNetwork"> };

/**
 * One node of several: kernels and labs are containers of this node's own container engine, and labs are reached from the
 * others by a port of its address on the network that they share.
 */
export async function createSwarmKernels(options: SwarmKernelsOptions, log: Logger): Promise<KernelsPort> {
  const docker = await createDockerKernels(options, log);
  for (const { holds, about, text } of await examineSwarm(options)) if (!holds) log.warn({ about, text }, "one of several machines lacks something");
  // Asked each time: a container gets its address on a network when it joins.
  const address = (): Result<string> => findLabAddress(options.labs.nodeNetwork);
  return {
    ...docker,
    name: "swarm",
    async describe() {
      const description = await docker.describe();
      return { ...description, labs: withAddress(description.labs, address()) };
    },
    async startLab(request) {
      const host = address();
      if (!host.ok) return host;
      const started = await docker.startLab(request);
      return started.ok ? ok(await reachable(started.value, host.value)) : started;
    },
  };
}

function withAddress(labs: LabsDescription, address: Result<string>): LabsDescription {
  if (!labs.works) return labs;
  if (!address.ok) return { ...labs, works: false, how: `Labs cannot be opened: ${address.failure.message}` };
  return { ...labs, how: `${labs.how} Other machines reach it by a port of ${address.value}.` };
}

/** The port lives as long as the lab. */
async function reachable(lab: Lab, host: string): Promise<Lab> {
  if (lab.address.kind !== "socket") return lab;
  try {
    const relay = await openRelay(lab.address.path, host);
    void lab.exited.then(() => relay.close());
    return { ...lab, address: { kind: "tcp", host: relay.host, port: relay.port } };
  } catch (error) {
    await lab.kill();
    throw error;
  }
}
