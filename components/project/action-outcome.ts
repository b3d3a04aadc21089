import type { MergeNote, SavedVersion } from "#lib/domain/project.ts";
import type { Failure } from "#lib/result.ts";

/** What a page's action answers: where to go on, or what to say, or why not. */
export type ActionOutcome =
  | {
      readonly ok: true;
      readonly goTo?: string;
      readonly said?: string;
      /** What was joined, and what a version did not take: to be read before one goes on. */
      readonly merged?: readonly MergeNote[];
      readonly leftOut?: SavedVersion["leftOut"];
      /** The project's id or slug, where its files can be looked at. */
      readonly project?: string;
    }
  | { readonly ok: false; readonly failure: Failure };
