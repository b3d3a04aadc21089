import { randomBytes } from "node:crypto";
import { readdir, rename, rm, utimes } from "node:fs/promises";
import path from "node:path";
import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { ImportRequest } from "#server/ports/forge.ts";
import { createRepository } from "../create-repository.ts";
import { listTree } from "../list-tree.ts";
import { writeCommitGraph } from "../maintain-repository.ts";
import { readRef } from "../read-ref.ts";
import { runGit } from "../run-git.ts";
import { describeFailure } from "./describe-failure.ts";
import { type ImportAddress, parseImportAddress, refuse } from "./import-address.ts";
import { type Lookup, pinAddress } from "./pin-address.ts";
import { type Received, receiveRepository } from "./receive-repository.ts";

/** A staging folder that is this young is in use: it is touched more often while something arrives. */
const touchMs = 30_000;

export type ImportRules = { readonly allow: readonly string[]; readonly lookup?: Lookup };

/** Receives beside the repository and moves in what is whole, so that a broken import leaves it as empty as it was. */
export async function importRepository(folder: string, request: ImportRequest, rules: ImportRules): Promise<Result<CommitId>> {
  const address = parseImportAddress(request.url, rules.allow);
  if (!address.ok) return address;
  const { credentials } = request;
  if (credentials && /[\0\r\n]/.test(credentials.username + credentials.password)) return refuse("Name and password may not hold line breaks.");
  if (await readRef(folder, "main")) return fail("conflict", "There is something in this project already.");
  request.onProgress("Connecting", null);
  const pinned = await pinAddress(address.value, rules.lookup);
  if (!pinned.ok) return pinned;
  const staging = `${folder}.import-${randomBytes(6).toString("hex")}`;
  const touch = setInterval(() => void utimes(staging, new Date(), new Date()).catch(() => {}), touchMs);
  try {
    await createRepository(staging, "arriving");
    let received = await receiveRepository(staging, address.value, pinned.value, request);
    const dotted = withDotGit(address.value);
    if (dotted && received.kind === "failed" && /returned error: 30\d/.test(received.stderr))
      received = await receiveRepository(staging, dotted, pinned.value, request);
    return received.kind === "received" ? await moveIn(staging, folder, request) : explain(received, address.value, request);
  } finally {
    clearInterval(touch);
    await rm(staging, { recursive: true, force: true });
  }
}

/** Some servers lead from the page of a repository to its address. */
function withDotGit(address: ImportAddress): ImportAddress | null {
  const url = address.url.replace(/\/+$/, "");
  return url.endsWith(".git") ? null : { ...address, url: `${url}.git` };
}

async function moveIn(staging: string, folder: string, request: ImportRequest): Promise<Result<CommitId>> {
  request.onProgress("Unpacking", null);
  const commit = await readRef(staging, "main");
  if (!commit) return refuse("The project at this address is empty: there is nothing to import.");
  const tree = await listTree(staging, commit);
  if (!tree.ok) return tree;
  if (request.signal?.aborted) return explainStop("aborted", request);
  const packs = path.join(staging, "objects/pack");
  // An index says that its pack is there: it comes last.
  const names = (await readdir(packs))
    .filter((name) => /\.(?:pack|rev|idx)$/.test(name))
    .sort((a, b) => Number(a.endsWith(".idx")) - Number(b.endsWith(".idx")));
  for (const name of names) await rename(path.join(packs, name), path.join(folder, "objects/pack", name));
  const zero = "0".repeat(commit.length);
  const set = await runGit(folder, ["update-ref", "--stdin"], { input: [`start\nupdate refs/heads/main ${commit} ${zero}\ncommit\n`] });
  if (set.code === 0) {
    // Makes long histories quick to show. Without it everything works, so that nobody waits long for it.
    await writeCommitGraph(folder, { timeoutSeconds: 20 }).catch(() => {});
    return ok(commit);
  }
  if (await readRef(folder, "main")) return fail("conflict", "There is something in this project already.");
  throw new Error(`git update-ref: ${set.stderr}`);
}

function explain(received: Exclude<Received, { kind: "received" }>, address: ImportAddress, request: ImportRequest): Result<never> {
  switch (received.kind) {
    case "failed":
      return describeFailure(received.stderr, address.host, request.credentials !== null);
    case "elsewhere":
      return refuse("The address leads on to another host, which was not followed. Enter the address that it leads to.");
    case "old_protocol":
      return refuse(`${address.host} offers this project as plain files only, which cannot be imported safely.`);
    default:
      return explainStop(received.kind, request);
  }
}

function explainStop(kind: "too_large" | "too_long" | "aborted", { limitBytes, timeoutSeconds }: ImportRequest): Result<never> {
  if (kind === "too_large")
    return fail("too_large", `It is larger than ${Math.round(limitBytes / 1024 / 1024)} MB with its history, so that it was not imported.`);
  if (kind === "too_long") return fail("unavailable", `The import took longer than ${Math.round(timeoutSeconds / 60) || 1} minutes and was stopped.`);
  return fail("conflict", "The import was stopped.");
}
