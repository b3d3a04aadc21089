import { archiveNames } from "#lib/files/archive-names.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { writeZip, type ZipInput } from "#server/archives/write-zip.ts";
import type { Context } from "#server/context.ts";
import type { Home, HomeEntry } from "#server/ports/homes.ts";
import { limitRate } from "./limit-rate.ts";
import { ownHome } from "./own-home.ts";

/** `stream` is made while it is read; nothing is read before. */
export type HomeArchive = { readonly name: string; readonly start: () => ReadableStream<Uint8Array> };

/** Beyond this a download that breaks off near its end costs more than making an archive in a terminal. */
const maxEntries = 20_000;
const maxBytes = 20 * 1024 ** 3;

/** A folder of one's own home with all that lies below it, as a zip archive. Links are not followed; what is left out is named in it. */
export async function archiveHomeFolder(ctx: Context, input: { folder: string }): Promise<Result<HomeArchive>> {
  const home = await ownHome(ctx, "home:read");
  if (!home.ok) return home;
  const limited = await limitRate(ctx, "archive:user", home.value.username);
  if (!limited.ok) return limited;
  const found = await ctx.homes.find(home.value, input.folder);
  if (!found.ok) return found;
  if (found.value.kind !== "folder") return fail("conflict", "This is no folder. Download it as it is.");
  const below = await collect(ctx, home.value, input.folder);
  if (!below.ok) return below;
  const name = input.folder === "" ? home.value.username : found.value.name;
  const inputs = zipInputs(ctx, home.value, { folder: input.folder, name, entries: [found.value, ...below.value] });
  return ok({ name: `${name}.zip`, start: () => writeZip(inputs) });
}

/** Everything below a folder, folder by folder, each before what lies in it. */
async function collect(ctx: Context, home: Home, folder: string): Promise<Result<readonly HomeEntry[]>> {
  const entries: HomeEntry[] = [];
  const waiting = [folder];
  let bytes = 0;
  for (let current = waiting.shift(); current !== undefined; current = waiting.shift()) {
    let after: string | null | undefined;
    do {
      const page = await ctx.homes.list(home, current, { hidden: true, ...(after ? { after } : {}) });
      if (!page.ok) {
        // Removed since its name was read.
        if (page.failure.code === "not_found" && current !== folder) break;
        return page;
      }
      for (const entry of page.value.entries) {
        entries.push(entry);
        bytes += entry.bytes;
        if (entry.kind === "folder") waiting.push(entry.path);
      }
      if (entries.length > maxEntries || bytes > maxBytes)
        return fail("too_large", "This folder is too large for one archive: at most 20,000 files and 20 GB. Download its parts one after the other.");
      after = page.value.next;
    } while (after);
  }
  return ok(entries);
}

type Packing = { readonly folder: string; readonly name: string; readonly entries: readonly HomeEntry[] };

function zipInputs(ctx: Context, home: Home, { folder, name, entries }: Packing): readonly ZipInput[] {
  const nameOf = archiveNames();
  return entries.map((entry): ZipInput => {
    const within = folder === "" ? entry.path : entry.path.slice(folder.length + 1);
    const named = { name: nameOf(within === "" ? name : `${name}/${within}`), modifiedAt: entry.modifiedAt };
    if (entry.kind === "folder") return { kind: "folder", ...named };
    if (entry.kind !== "file") return { kind: "left-out", name: named.name, reason: entry.kind === "link" ? "a link" : "no ordinary file" };
    return {
      kind: "file",
      ...named,
      open: async () => {
        const opened = await ctx.homes.open(home, entry.path);
        return opened.ok ? ok({ stream: opened.value.stream, bytes: opened.value.totalBytes }) : opened;
      },
    };
  });
}
