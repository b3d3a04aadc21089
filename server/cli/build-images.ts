import type { Config } from "#server/config.ts";
import { openImages } from "#server/machine.ts";

/** `./sheaf images build`: the images that containers are made of, from deploy/images. */
export async function buildByCommand(config: Config): Promise<number> {
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
  const { buildImages } = await openImages();
  const built = await buildImages(config, { onPhase: (text) => console.log(text), signal: stopped.signal });
  if (!built.ok) {
    console.error(`sheaf: ${built.failure.message}`);
    return 1;
  }
  for (const { name, id } of Object.values(built.value)) console.log(`${name}  ${id}`);
  return 0;
}
