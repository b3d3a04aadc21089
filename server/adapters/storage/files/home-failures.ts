import { type Failure, fail, type Result } from "#lib/result.ts";
import { codeOf } from "./safe-open.ts";

/** What a person's own programs, a full disk or a wrong path make of a call, in words for the person. */
const words: Readonly<Record<string, Failure>> = {
  ENOENT: { code: "not_found", message: "There is no such file or folder." },
  // A link, or a file where a folder would have to be: what is behind a link is not looked at.
  ENOTDIR: { code: "not_found", message: "There is no such folder." },
  ELOOP: { code: "not_found", message: "This is a link. Links are not followed here." },
  EISDIR: { code: "conflict", message: "There is a folder of that name." },
  EEXIST: { code: "conflict", message: "There is something of that name already." },
  ENOTEMPTY: { code: "conflict", message: "There is a folder of that name already, and it is not empty." },
  EINVAL: { code: "invalid", message: "A folder cannot be moved into itself." },
  ENAMETOOLONG: { code: "invalid", message: "This name or path is too long." },
  EACCES: { code: "forbidden", message: "The permissions of this file or folder forbid that." },
  EPERM: { code: "forbidden", message: "The permissions of this file or folder forbid that." },
  EROFS: { code: "unavailable", message: "The server's disk takes no changes just now. Nothing was changed." },
  ENOSPC: { code: "unavailable", message: "The server's disk is full. Nothing was changed." },
  EDQUOT: {
    code: "too_large",
    message: "Your room on the server's disk is used up. Nothing was changed. Delete something and empty the trash, then try again.",
  },
  EFBIG: { code: "too_large", message: "This file is larger than the server's disk takes. Nothing was changed." },
  EAGAIN: { code: "unavailable", message: "A program holds this file locked. Try again when it is done." },
  ENXIO: { code: "not_found", message: "This is no ordinary file." },
  ETXTBSY: { code: "unavailable", message: "A program is running from this file. Try again when it has ended." },
  EXDEV: { code: "conflict", message: "This folder is on another disk of the server." },
  EBUSY: { code: "conflict", message: "A program holds this folder. Try again when it has ended." },
};

/** A failure on its way out through code that has descriptors to close. */
export class HomeFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export function stop(code: Failure["code"], message: string): HomeFailure {
  return new HomeFailure({ code, message });
}

/** Runs what touches a home, and makes values of the failures that one has to expect there. */
export async function attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const known = error instanceof HomeFailure ? error.failure : words[codeOf(error) ?? ""];
    if (!known) throw error;
    return fail(known.code, known.message);
  }
}
