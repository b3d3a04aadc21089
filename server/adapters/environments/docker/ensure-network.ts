import type Docker from "dockerode";
import { isAbsent, isBeside } from "../../kernels/docker/engine.ts";

/** Those that every engine has. */
const given = new Set(["none", "host", "bridge", "default"]);
/** Linux names no interface longer. */
const interfaceCharacters = 15;

/** A network for builds alone: no container on it sees another. The bridge bears its name, for a packet filter's rule. */
export async function ensureNetwork(engine: Docker, name: string): Promise<void> {
  if (given.has(name)) return;
  try {
    await engine.getNetwork(name).inspect();
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const Options = { "com.docker.network.bridge.name": name.slice(0, interfaceCharacters), "com.docker.network.bridge.enable_icc": "false" };
    await engine
      .createNetwork({ Name: name, Driver: "bridge", CheckDuplicate: true, Options, Labels: { "sheaf.kind": "network" } })
      .catch((problem: unknown) => {
        // Another build made it in this moment.
        if (!isBeside(problem)) throw problem;
      });
  }
}
