import { fail, ok, type Result } from "#lib/result.ts";

/** The names that git and the house keep to themselves. */
const reserved = /^\.(?:git|sheaf.*)$/i;

/** A path below a working copy that somebody names: relative, without "..", and none of ours. */
export function checkWorkPath(path: string): Result<string> {
  const names = path.split("/");
  const isPlain = path.length <= 1000 && names.every((name) => name !== "" && name !== "." && name !== ".." && Buffer.byteLength(name) <= 255);
  if (!isPlain || !path.isWellFormed() || /\p{Cc}/u.test(path)) return fail("invalid", "This is not the path of a file in a project.");
  // As what does not exist: whether it is there is nobody's business.
  return names.some((name) => reserved.test(name)) ? fail("not_found", "No such file.") : ok(path);
}
