import path from "node:path";
import { createLogger } from "#server/log.ts";
import { kernelsContract } from "../contract.ts";
import { createProcessKernels } from "./kernels.ts";
import { optionsIn } from "./test-options.ts";

kernelsContract("process", (folder) => createProcessKernels(optionsIn(path.join(folder, "server")), createLogger("test", "error")));
