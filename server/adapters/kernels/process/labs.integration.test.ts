import { createLogger } from "#server/log.ts";
import { labsContract } from "../labs-contract.ts";
import { createProcessKernels } from "./kernels.ts";
import { optionsIn } from "./test-options.ts";

labsContract("processes", (folder) => createProcessKernels(optionsIn(`${folder}/data`), createLogger("test", "error")));
