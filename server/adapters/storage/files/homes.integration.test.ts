import { homesContract } from "../homes-contract.ts";
import { createFileHomes } from "./homes.ts";

const isRoot = process.getuid?.() === 0;

homesContract("files", async (dataFolder) => ({
  homes: createFileHomes({ dataFolder, homeBytes: 1024 * 1024 }),
  home: (username) => ({ username, uid: isRoot ? 700_001 : null }),
}));
