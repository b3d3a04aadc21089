import { describe } from "vitest";
import { createLogger } from "#server/log.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";
import { kernelsContract } from "../contract.ts";
import { optionsIn, whyNoDocker } from "../docker/test-options.ts";
import { labsContract } from "../labs-contract.ts";
import { createSwarmKernels } from "./kernels.ts";

const swarmKernelsIn = (dataFolder: string): Promise<KernelsPort> =>
  createSwarmKernels({ ...optionsIn(dataFolder), labs: { network: "none", nodeNetwork: "127.0.0.1" } }, createLogger("test", "error"));

// Several nodes are tests/swarm.integration.test.ts; here one of them is held to what every adapter owes.
describe.skipIf(whyNoDocker !== null)("one node with a container engine", () => {
  kernelsContract("swarm", (folder) => swarmKernelsIn(`${folder}/server`));
  labsContract("a node's containers", (folder) => swarmKernelsIn(`${folder}/data`));
});
