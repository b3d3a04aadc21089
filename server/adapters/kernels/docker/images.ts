import type Docker from "dockerode";
import { fail, ok, type Result } from "#lib/result.ts";
import { rootfsName } from "../process/runtime.ts";
import { explainProblem, isAbsent } from "./engine.ts";

export type Image = { readonly name: string /** "sha256:…" */; readonly id: string };

/** What today's list of packages makes; `prefix` is a registry and folder, such as "sheaf" or "registry.example.org/sheaf". */
export function imageNames(prefix: string): { readonly kernel: string; readonly lab: string } {
  return { kernel: `${prefix}/kernel:${rootfsName()}`, lab: `${prefix}/lab:${rootfsName()}` };
}

/** As it is on the engine's machine now. */
export async function findImage(engine: Docker, name: string, address: string): Promise<Result<Image>> {
  try {
    const { Id } = await engine.getImage(name).inspect();
    return ok({ name, id: Id });
  } catch (error) {
    if (isAbsent(error))
      return fail("unavailable", `The image ${name} is not there. Make it with ./sheaf images build (minutes, once), or fetch it from your registry.`);
    return fail("unavailable", explainProblem(error, address));
  }
}
