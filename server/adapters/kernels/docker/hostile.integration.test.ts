import { describe } from "vitest";
import { hostileKernelsContract } from "../hostile-contract.ts";
import { hostileLabsContract } from "../hostile-labs-contract.ts";
import { dockerKernelsIn, whyNoDocker } from "./test-options.ts";

describe.skipIf(whyNoDocker !== null)("with a container engine", () => {
  hostileKernelsContract("containers", dockerKernelsIn);
  hostileLabsContract("a container", ["cold"], dockerKernelsIn);
});
