import type { Failure } from "#lib/result.ts";

/** What a page's action answers: where to go on, or what to say, or why not. */
export type ActionOutcome = { readonly ok: true; readonly goTo?: string; readonly said?: string } | { readonly ok: false; readonly failure: Failure };
