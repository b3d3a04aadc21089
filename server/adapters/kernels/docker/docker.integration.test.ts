import { describe } from "vitest";
import { kernelsContract } from "../contract.ts";
import { dockerKernelsIn, whyNoDocker } from "./test-options.ts";

describe.skipIf(whyNoDocker !== null)("with a container engine", () => {
  kernelsContract("docker", (folder) => dockerKernelsIn(`${folder}/server`));
});
