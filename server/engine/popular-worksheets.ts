import type { Config } from "#server/config.ts";
import type { KernelsDescription } from "#server/ports/kernels.ts";
import type { Store } from "#server/ports/store.ts";
import { environmentOf, type VersionLoader } from "./load-run.ts";
import { generalPreload, worksheetPreload } from "./preload.ts";
import type { WarmKind, WarmPool } from "./warm-pool.ts";

const popularDays = 3;

type Needs = {
  readonly store: Pick<Store, "listPopularVersions">;
  readonly loadVersion: VersionLoader;
  readonly pool: WarmPool;
  readonly config: Config["kernels"];
  readonly languages: KernelsDescription["languages"];
};

/** Keeps kernels for every language, and one with the imports and files of each worksheet that people run most. */
export async function keepPopularWarm({ store, loadVersion, pool, config, languages }: Needs, now: Date): Promise<void> {
  const kinds = new Map<string, { kind: WarmKind; count: number }>();
  for (const language of languages)
    kinds.set(language, { kind: { key: language, language, environment: null, preload: generalPreload(language), checkout: null }, count: config.poolSize });
  const versions =
    config.poolWorksheets === 0 ? [] : await store.listPopularVersions(new Date(now.getTime() - popularDays * 86_400_000), config.poolWorksheets);
  for (const versionId of versions) {
    const loaded = await loadVersion(versionId);
    if (!loaded.ok || !languages.includes(loaded.value.version.compiled.language)) continue;
    const { compiled } = loaded.value.version;
    kinds.set(versionId, {
      kind: {
        key: versionId,
        language: compiled.language,
        environment: environmentOf(loaded.value.version),
        preload: worksheetPreload(compiled),
        checkout: loaded.value.checkout,
      },
      count: 1,
    });
  }
  pool.keep(kinds);
}
