import type Docker from "dockerode";
import { interfaceCharacters } from "../../kernels/docker/bridge-guard.ts";
import { isAbsent, isBeside } from "../../kernels/docker/engine.ts";

/** Networks that every engine has: whoever names one of them for builds knows what it leads to. */
export const everyEngineHas: ReadonlySet<string> = new Set(["none", "host", "bridge", "default"]);

/** A network for builds alone: no container on it sees another. The bridge bears its name, which the guard of bridges knows it by. */
export async function ensureNetwork(engine: Docker, name: string): Promise<void> {
  if (everyEngineHas.has(name)) return;
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
