"use client";

/** An upload that this browser began and did not finish, also over a reload. */
export type RememberedUpload = { readonly key: string; readonly id: string; readonly path: string; readonly name: string };

const prefix = "sheaf-upload:";

/** The same file chosen again has the same name, size and time. */
function keyOf(file: File, path: string): string {
  return `${prefix}${JSON.stringify([path, file.size, file.lastModified])}`;
}

export function rememberUpload(file: File, path: string, id: string): void {
  storage((kept) => kept.setItem(keyOf(file, path), id));
}

export function recallUpload(file: File, path: string): string | null {
  return storage((kept) => kept.getItem(keyOf(file, path))) ?? null;
}

export function forgetUpload(file: File, path: string): void {
  storage((kept) => kept.removeItem(keyOf(file, path)));
}

export function forgetKey(key: string): void {
  storage((kept) => kept.removeItem(key));
}

export function listRemembered(): RememberedUpload[] {
  const found: RememberedUpload[] = [];
  storage((kept) => {
    for (const key of Object.keys(kept)) {
      const path = key.startsWith(prefix) ? pathIn(key.slice(prefix.length)) : null;
      if (path !== null) found.push({ key, id: kept.getItem(key) ?? "", path, name: path.split("/").at(-1) ?? path });
    }
  });
  return found;
}

function pathIn(text: string): string | null {
  try {
    const [path] = JSON.parse(text) as unknown[];
    return typeof path === "string" ? path : null;
  } catch {
    return null;
  }
}

/** Browsers may refuse their storage: then an upload is not found again after a reload, and that is all. */
function storage<T>(use: (kept: Storage) => T): T | undefined {
  try {
    return use(window.localStorage);
  } catch {
    return undefined;
  }
}
