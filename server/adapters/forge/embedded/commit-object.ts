import type { CommitId } from "#lib/domain/ids.ts";
import type { ForgeVersion } from "#server/ports/forge.ts";
import { isCommitId } from "./git-names.ts";
import type { ObjectReader } from "./object-reader.ts";

export type RawVersion = Omit<ForgeVersion, "number">;

/** A commit with all that is said about it; null where there is none of this id. */
export async function readCommit(reader: ObjectReader, commit: CommitId): Promise<RawVersion | null> {
  const chunks: Buffer[] = [];
  const head = await reader.contents(commit, (chunk) => chunks.push(chunk));
  return head?.type === "commit" ? parseCommit(commit, Buffer.concat(chunks)) : null;
}

/**
 * The format of git's commit objects: lines of "key value", those that begin with a space go on with the one before,
 * then an empty line and the message. `committer` ends with "<address> seconds zone".
 */
export function parseCommit(commit: CommitId, data: Buffer): RawVersion {
  const end = data.indexOf("\n\n");
  const lines = data.toString("latin1", 0, end < 0 ? data.length : end).split("\n");
  const values = (key: string): string[] => lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const decode = decoderOf(values("encoding")[0]);
  const text = (latin1: string): string => decode(Buffer.from(latin1, "latin1"));
  const name = /^(.*?) ?</.exec(values("author")[0] ?? "")?.[1] ?? "";
  const seconds = /> (-?\d+)/.exec(values("committer")[0] ?? "")?.[1];
  return {
    commit,
    parents: values("parent").filter(isCommitId),
    message: end < 0 ? "" : decode(data.subarray(end + 2)).trimEnd(),
    author: text(name),
    at: new Date(Number(seconds ?? 0) * 1000),
  };
}

/** Old commits name the encoding that they are written in; what nobody knows is read as what nearly all are. */
function decoderOf(encoding = "utf-8"): (data: Uint8Array) => string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding);
  } catch {
    decoder = new TextDecoder();
  }
  return (data) => decoder.decode(data);
}
