import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Non-blocking, since opening a named pipe would wait for its writer for ever, and a file that its owner leased for a minute. */
export const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
export const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
export const newFileFlags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The path by which the kernel finds a name in an open folder, as openat(2) does: the folder cannot be swapped for a link
 * between the check and the use, although somebody else's program may still be writing there. The name itself must not be
 * followed: give it only to calls that do not (lstat, rename, unlink, rmdir, readlink, link, mkdir, open with O_NOFOLLOW).
 */
export function inside(folder: FileHandle, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}

/** The open folder itself, for calls that take a path. */
export function itself(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}/.`;
}

/** Opens one name inside an open folder without following a link. */
export function openInside(folder: FileHandle, name: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  return open(inside(folder, name), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

export function openFolderInside(folder: FileHandle, name: string): Promise<FileHandle> {
  return open(inside(folder, name), folderFlags);
}

export function openFolder(folder: string): Promise<FileHandle> {
  return open(folder, folderFlags);
}

/** A name that may be shown and kept: no hidden file, nothing that breaks a header or a terminal. */
export function isPlainName(name: string): boolean {
  return isUsableName(name) && !name.startsWith(".");
}

/** A name that may stand in a path, hidden or not: nothing that leads elsewhere, breaks a header or a terminal, or is no text. */
export function isUsableName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    !name.includes("/") &&
    Buffer.byteLength(name) <= 255 &&
    name.isWellFormed() &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffd]/.test(name)
  );
}

/** The code of a system's error: "ENOENT". */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

export function ignoring(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(codeOf(error) ?? "")) throw error;
    return undefined;
  };
}
