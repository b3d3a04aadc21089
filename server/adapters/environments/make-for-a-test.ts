import type { BuildPhase } from "#lib/domain/environment.ts";
import { detectEnvironment } from "#lib/environment/detect-environment.ts";
import { environmentText } from "#lib/environment/environment-key.ts";
import { loadConfig } from "#server/config.ts";
import { digestOf, newId } from "#server/ids.ts";
import type { BuildLimits, BuildOutcome, EnvironmentsPort, MadeEnvironment } from "#server/ports/environments.ts";

export type Made = {
  readonly outcome: BuildOutcome;
  readonly phases: readonly BuildPhase[];
  readonly lines: readonly string[];
  readonly ms: number;
  readonly key: ReturnType<typeof digestOf>;
};

/** Detects, and builds what was detected, as the engine does. */
export async function make(
  environments: EnvironmentsPort,
  files: Readonly<Record<string, string | Uint8Array>>,
  more: { limits?: Partial<BuildLimits>; signal?: AbortSignal; onLine?: (line: string) => void } = {},
): Promise<Made> {
  const { base, builderVersion, abilities } = await environments.describe();
  const bytesOf = (name: string): Uint8Array => {
    const content = files[name] ?? "";
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  const listed = Object.keys(files).map((name) => ({ path: name, kind: "file" as const }));
  const environment = await detectEnvironment(listed, async (name) => bytesOf(name), { base: base.versions, hasRepo2docker: abilities === "all" });
  if (!environment.plan) throw new Error(JSON.stringify(environment.problems));
  const sources = new Map(environment.plan.sources.map((name) => [name, { bytes: bytesOf(name), executable: false }]));
  const digests = new Map([...sources].map(([name, { bytes }]) => [name, digestOf(bytes)]));
  const key = digestOf(environmentText({ plan: environment.plan, sources: digests, baseDigest: base.digest, builderVersion }));
  const phases: BuildPhase[] = [];
  const lines: string[] = [];
  const began = performance.now();
  const outcome = await environments.build({
    buildId: newId("run"),
    key,
    plan: environment.plan,
    sources,
    limits: { ...loadConfig().builds.limits, ...more.limits },
    signal: more.signal ?? new AbortController().signal,
    onPhase: (phase) => void phases.push(phase),
    onLine: (line) => {
      lines.push(line);
      more.onLine?.(line);
    },
  });
  return { outcome, phases, lines, key, ms: Math.round(performance.now() - began) };
}

/** What a build that went well made. */
export function ready({ outcome, lines }: Made): MadeEnvironment {
  if (outcome.kind !== "ready") throw new Error([outcome.message, ...lines.slice(-20)].join("\n"));
  return outcome.environment;
}
