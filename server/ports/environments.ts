import type { BuildPhase, BuildPlan, EnvironmentsOffer } from "#lib/domain/environment.ts";
import type { Digest } from "#lib/domain/ids.ts";
import type { Inventory } from "#lib/environment/trim-plan.ts";
import { fail } from "#lib/result.ts";

/**
 * Makes the environments that projects ask for. What is made is named by its key: the same files on the same base are
 * made once. Every build is isolated and limited; nothing of a build outlives it but what it made.
 */
export type EnvironmentsPort = {
  /** "docker", "process": a key of one adapter says nothing to another. */
  readonly name: string;
  /** What can be made here; asked at the start, with every report of the engine, and by `doctor`. */
  describe(): Promise<EnvironmentsOffer>;
  /** What the base has, which need not be made; empty where that cannot be known. */
  inventory(): Promise<Inventory>;
  /** Resolves when the build has ended, in whatever way; what was made of the same key before is found again. */
  build(request: BuildEnvironment): Promise<BuildOutcome>;
  /** Digests of what is on this machine; where every machine has its own. */
  images?(): Promise<readonly string[]>;
  /** Whether what was made is still there. */
  has(environment: MadeEnvironment): Promise<boolean>;
  /** Removes what was made here and is in none of these keys, and is in no use; answers how many. */
  collect(keep: ReadonlySet<Digest>): Promise<number>;
  /** Removes what builds of a former life left behind half made. */
  sweep(): Promise<void>;
};

export type BuildLimits = {
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** What a build may add to its base. */
  readonly diskBytes: number;
};

export type SourceFile = { readonly bytes: Uint8Array; readonly executable: boolean };

export type BuildEnvironment = {
  /** Unique, [a-z0-9_]+. */
  readonly buildId: string;
  readonly key: Digest;
  readonly plan: BuildPlan;
  /** Path → content, of all that `plan.sources` names. */
  readonly sources: ReadonlyMap<string, SourceFile>;
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: BuildPhase) => void;
  /** A line of its log, without signs that a terminal would obey. */
  readonly onLine: (line: string) => void;
};

/** `name` is for people, `digest` for finding it again: it says all that is in it. */
export type MadeEnvironment = { readonly name: string; readonly digest: string };

export type BuildOutcome =
  | { readonly kind: "ready"; readonly environment: MadeEnvironment; readonly bytes: number }
  /** What the files ask for cannot be had: trying again with the same files helps only if `mayPass`. */
  | { readonly kind: "failed"; readonly message: string; readonly mayPass: boolean }
  /** Nothing is wrong with the files: begun again when it can be. */
  | { readonly kind: "interrupted"; readonly message: string };

/** What a kernel's start answers where its environment was removed. */
export const environmentGone = fail(
  "not_found",
  "The environment that this worksheet was published with is not there any more. Its author can publish it again, which has it made anew.",
);
