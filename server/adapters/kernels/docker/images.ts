import type Docker from "dockerode";
import { fail, ok, type Result } from "#lib/result.ts";
import { digestOf } from "#server/ids.ts";
import { kernelImagePackages, labImagePackages, runtimeSuite, unpackedPackages } from "../process/runtime-packages.ts";
import { explainProblem, isAbsent } from "./engine.ts";
import { type Distribution, fetchImage } from "./registry.ts";

export type Image = { readonly name: string /** "sha256:…" */; readonly id: string };

/** What today's list of packages makes; `prefix` is a registry and folder, such as "sheaf" or "registry.example.org/sheaf". */
export function imageNames(prefix: string): { readonly kernel: string; readonly lab: string } {
  const lists = [runtimeSuite, kernelImagePackages, labImagePackages, unpackedPackages];
  const tag = `${runtimeSuite}-${digestOf(JSON.stringify(lists)).slice(7, 17)}`;
  return { kernel: `${prefix}/kernel:${tag}`, lab: `${prefix}/lab:${tag}` };
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

/** From the registry, where one is set and the engine does not have it. */
export async function findOrFetchImage(engine: Docker, distribution: Distribution, name: string): Promise<Result<Image>> {
  const found = await findImage(engine, name, distribution.address);
  if (found.ok || distribution.registry === null) return found;
  const fetched = await fetchImage(engine, distribution, name, null);
  if (fetched.ok) return ok({ name, id: fetched.value });
  if (fetched.failure.code !== "not_found") return fetched;
  return fail("unavailable", `${fetched.failure.message} Make it with ./sheaf images build on one machine (minutes, once), which also puts it there.`);
}
