import { canonicalJson } from "#lib/canonical-json.ts";
import type { BuildPlan } from "#lib/domain/environment.ts";

export type EnvironmentContent = {
  readonly plan: BuildPlan;
  /** Path → digest of the content, of all that `plan.sources` names. */
  readonly sources: ReadonlyMap<string, string>;
  /** Of the image or packages that the environment stands on. */
  readonly baseDigest: string;
  /** Of the builder: another one may make another thing of the same files. */
  readonly builderVersion: string;
};

/** Text whose hash names an environment: two of the same text are one. Nothing of a notebook is in it. */
export function environmentText({ plan, sources, baseDigest, builderVersion }: EnvironmentContent): string {
  return canonicalJson({ plan, sources: Object.fromEntries(sources), baseDigest, builderVersion });
}
