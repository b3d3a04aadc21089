import type { PreparedDiff, PreparedNotebook } from "#lib/domain/notebook-view.ts";
import type { Result } from "#lib/result.ts";
import { fail, ok } from "#lib/result.ts";
import { inTurn } from "./in-turn.ts";
import { type KeptResults, keepResults } from "./kept-results.ts";
import { type Done, doWork, type OutputContent, type Work } from "./prepare-work.ts";
import { workInThread } from "./work-thread.ts";

/** Reads the whole content of a notebook; asked for at most once a call, and not at all where the answer is remembered. */
export type ReadContent = () => Promise<Result<Uint8Array>>;

/** What `<NotebookView outputBase=...>` fetches: an image's bytes, or an output as JSON ("application/json") for `OutputView`. */
export type PreparedOutputContent = OutputContent;

/** Up to here a notebook is prepared at once; larger ones in a thread, so that no other request waits. */
const smallBytes = 512 * 1024;
type Kept = {
  /** Pages and differences; heavy outputs have a budget of their own. */
  readonly pages: KeptResults<PreparedNotebook | PreparedDiff>;
  readonly outputs: KeptResults<OutputContent>;
  /** Differences and notebooks that are being prepared right now. */
  readonly going: Map<string, Promise<Result<Done>>>;
};

/** Next bundles each route on its own, so that this module is loaded several times in one process; this key is one. */
const key = Symbol.for("sheaf.prepared-notebooks");
const place = globalThis as { [key]?: Kept };

function kept(): Kept {
  place[key] ??= { pages: keepResults(48 * 1024 * 1024), outputs: keepResults(96 * 1024 * 1024), going: new Map() };
  return place[key];
}

/**
 * What the page of a notebook shows. `blob` names the content (a git blob id): equal ids are answered from memory.
 * The caller has authorised reading. Failures: what `read` fails with, and "invalid" with a sentence for the reader.
 */
export async function prepareNotebook(blob: string, read: ReadContent): Promise<Result<PreparedNotebook>> {
  const { pages, outputs } = kept();
  const known = pages.get(`notebook ${blob}`);
  if (known && "cells" in known) return ok(known);
  const done = await once(`notebook ${blob}`, async () => {
    const content = await read();
    return content.ok ? perform({ kind: "notebook", bytes: content.value }, content.value.byteLength) : content;
  });
  if (!done.ok) return done;
  if (done.value.kind !== "notebook") return fail("invalid", "This is not a notebook.");
  const { notebook, apart } = done.value;
  pages.set(`notebook ${blob}`, notebook, sizeOf(notebook));
  for (const { cell, position, ...content } of apart) outputs.set(nameOf(blob, cell, position), content, content.bytes.byteLength);
  return ok(notebook);
}

/**
 * One heavy output, which `prepareNotebook` left where it is. `cell` and `position` count from 0. Serve it with
 * `content-security-policy: sandbox; default-src 'none'; style-src 'unsafe-inline'` and `nosniff`, as app/runs/[id]/outputs does;
 * with `?download=name` as an attachment. not_found where there is no such output.
 */
export async function readPreparedOutput(blob: string, cell: number, position: number, read: ReadContent): Promise<Result<PreparedOutputContent>> {
  const name = nameOf(blob, cell, position);
  const { outputs } = kept();
  const known = outputs.get(name);
  if (known) return ok(known);
  const done = await inTurn(async () => {
    const content = await read();
    return content.ok ? perform({ kind: "output", bytes: content.value, cell, position }, content.value.byteLength) : content;
  });
  if (!done.ok) return done;
  if (done.value.kind !== "output") return fail("not_found", "No such output.");
  outputs.set(name, done.value.content, done.value.content.bytes.byteLength);
  return ok(done.value.content);
}

export type DiffSide = { readonly blob: string; readonly read: ReadContent };

/** How two versions of a notebook differ, for `<NotebookDiffView>`; null is a side where the file is not. */
export async function prepareNotebookDiff(before: DiffSide | null, after: DiffSide | null): Promise<Result<PreparedDiff>> {
  const name = `diff ${before?.blob} ${after?.blob}`;
  const { pages } = kept();
  const known = pages.get(name);
  if (known && "entries" in known) return ok(known);
  const done = await once(name, async () => {
    const [old, now] = await Promise.all([before ? before.read() : ok(null), after ? after.read() : ok(null)]);
    if (!old.ok) return old;
    if (!now.ok) return now;
    return perform({ kind: "diff", before: old.value, after: now.value }, (old.value?.byteLength ?? 0) + (now.value?.byteLength ?? 0));
  });
  if (!done.ok) return done;
  if (done.value.kind !== "diff") return fail("invalid", "This is not a notebook.");
  pages.set(name, done.value.diff, sizeOf(done.value.diff));
  return ok(done.value.diff);
}

async function perform(work: Work, bytes: number): Promise<Result<Done>> {
  return bytes <= smallBytes ? doWork(work) : workInThread(work);
}

/** Two readers who ask for the same at the same time wait for one answer. */
function once(name: string, prepare: () => Promise<Result<Done>>): Promise<Result<Done>> {
  const { going } = kept();
  const running = going.get(name);
  if (running) return running;
  const started = inTurn(prepare).finally(() => going.delete(name));
  going.set(name, started);
  return started;
}

/** About what it costs in memory: its text. */
function sizeOf(prepared: PreparedNotebook | PreparedDiff): number {
  const parts = "cells" in prepared ? prepared.cells : prepared.entries;
  return parts.reduce((sum, part) => sum + 500 + weigh(part), 0);
}

/** Characters of all strings; a page of megabytes is not written out only to be weighed. */
function weigh(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum: number, item) => sum + weigh(item), 16);
}

function nameOf(blob: string, cell: number, position: number): string {
  return `${blob} ${cell} ${position}`;
}
