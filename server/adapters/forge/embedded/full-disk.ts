import { fail, type Result } from "#lib/result.ts";

/** Git could not write for want of room. */
export class FullDisk extends Error {}

export function saysFullDisk(stderr: string): boolean {
  return /No space left on device|Out of diskspace|Disk quota exceeded/.test(stderr);
}

/** A full disk is nobody's fault: it is told, and what was there stays as it was. */
export async function unlessDiskIsFull<T>(act: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof FullDisk) && code !== "ENOSPC" && code !== "EDQUOT") throw error;
    return fail("unavailable", "The server's disk is full. Nothing was changed.");
  }
}
