import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fail, ok, type Result } from "#lib/result.ts";

const name = z.string().trim().min(1).max(200);
const bookSchema = z.object({
  title: name,
  summary: z.string().trim().max(500).default(""),
  area: z.object({ slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/), title: name, description: z.string().default("") }),
  tags: z.array(z.string().trim().min(1).max(50)).max(20).default([]),
  author: name,
  dataSources: z.string().optional(),
  official: z.boolean().default(false),
  notebooks: z.array(z.string().min(1)).min(1),
});

/** One folder of the library: what `sheaf.json` says, and every file as it will be committed. */
export type Book = z.infer<typeof bookSchema> & { readonly slug: string; readonly files: ReadonlyMap<string, Uint8Array> };

/** Reads a folder of demo worksheets, in the order of names. */
export async function readLibrary(folder: string): Promise<Result<readonly Book[]>> {
  const books: Book[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
    const files = await readFiles(path.join(folder, entry.name));
    const described = files.get("sheaf.json");
    if (!described) continue;
    const book = parseBook(described);
    if (!book.ok) return fail("invalid", `${entry.name}/sheaf.json: ${book.failure.message}`);
    books.push({ ...book.value, slug: entry.name, files });
  }
  return ok(books);
}

function parseBook(content: Uint8Array): Result<z.infer<typeof bookSchema>> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(content));
  } catch {
    return fail("invalid", "not JSON");
  }
  const parsed = bookSchema.safeParse(json);
  return parsed.success ? ok(parsed.data) : fail("invalid", z.prettifyError(parsed.error));
}

async function readFiles(folder: string, prefix = ""): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(path.join(folder, prefix), { withFileTypes: true })) {
    const at = prefix + entry.name;
    if (entry.isFile()) files.set(at, await readFile(path.join(folder, at)));
    // What an editor or a kernel left behind is no part of a repository.
    else if (entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "__pycache__")
      for (const [file, content] of await readFiles(folder, `${at}/`)) files.set(file, content);
  }
  return files;
}
