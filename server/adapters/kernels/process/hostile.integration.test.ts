import { createLogger } from "#server/log.ts";
import { hostileKernelsContract } from "../hostile-contract.ts";
import { createProcessKernels } from "./kernels.ts";
import { optionsIn } from "./test-options.ts";

hostileKernelsContract("processes", (dataFolder) => createProcessKernels(optionsIn(dataFolder), createLogger("test", "error")));
