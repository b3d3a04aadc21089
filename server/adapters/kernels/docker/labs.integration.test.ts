import { describe } from "vitest";
import { labsContract } from "../labs-contract.ts";
import { dockerKernelsIn, whyNoDocker } from "./test-options.ts";

describe.skipIf(whyNoDocker !== null)("with a container engine", () => {
  labsContract("containers", (folder) => dockerKernelsIn(`${folder}/data`));
});
