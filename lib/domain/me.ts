import type { Level } from "./person.ts";

/** What is personal about a page, fetched after it: shared pages hold none of it. */
export type MeView = {
  /** Null for somebody who is not signed in. */
  readonly person: { readonly username: string; readonly displayName: string; readonly level: Level } | null;
  /** Runs of this person or visitor that are not final, and labs of this person that are open. */
  readonly running: number;
  readonly home: { readonly usedBytes: number; readonly limitBytes: number } | null;
  /** Whether pressing Run would be accepted, and else why not, in words for this person. */
  readonly mayRun: { readonly allowed: boolean; readonly reason: string | null };
  readonly registration: "open" | "closed";
  /** Days that a visitor's runs are kept. */
  readonly visitorDays: number;
};
