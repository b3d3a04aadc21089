import type { Homes } from "#server/ports/homes.ts";

/** Homes as folders below the data folder. */
export function createFileHomes(_options: { readonly dataFolder: string; readonly homeBytes: number }): Homes {
  return new Proxy({} as Homes, {
    get: (_target, name) => () => {
      throw new Error(`homes.${String(name)} is not made yet`);
    },
  });
}
