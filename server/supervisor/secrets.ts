import { randomBytes } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { CannotStart } from "./cannot-start.ts";

const secretsSchema = z.object({ authSecret: z.string().min(32) });
export type Secrets = z.infer<typeof secretsSchema>;

/** What signs sessions, made at the first start and kept in the data folder for its owner's eyes only. */
export async function readOrMakeSecrets(dataFolder: string): Promise<Secrets> {
  const file = path.join(dataFolder, "secrets.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text !== null) {
    await chmod(file, 0o600);
    const parsed = secretsSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    // New secrets would silently sign everybody out and hide that the folder was damaged.
    throw new CannotStart(`${file} is damaged: restore it from a backup, or remove it to sign everybody out.`);
  }
  const made: Secrets = { authSecret: randomBytes(32).toString("base64url") };
  await writeFile(`${file}.new`, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}
