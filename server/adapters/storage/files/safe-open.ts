import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/**
 * Opens one name inside an open folder without following a link, as openat(2) does: the folder cannot be swapped for
 * a link between the check and the use, although somebody else's program may still be writing there.
 */
export function openInside(folder: FileHandle, name: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  // Non-blocking, since opening a named pipe would wait for its writer for ever.
  return open(`/proc/self/fd/${folder.fd}/${name}`, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

export function openFolder(folder: string): Promise<FileHandle> {
  return open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** A name that may be shown and kept: no hidden file, nothing that breaks a header or a terminal. */
export function isPlainName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return name !== "" && !name.startsWith(".") && !name.includes("/") && Buffer.byteLength(name) <= 255 && !/[\u0000-\u001f\u007f-\u009f\ufffd]/.test(name);
}
