import { spawn } from "node:child_process";
import { once } from "node:events";
import type { SheafClient } from "#tests/sheaf-client.ts";
import { type Load, measureLoad } from "./load.ts";

export type PageMeasure = { readonly name: string; readonly load: Load };

/** The pages of the library, each for somebody without an account and for somebody signed in. */
export async function measurePages(port: number, visitor: SheafClient, signedIn: SheafClient, slugs: readonly string[]): Promise<PageMeasure[]> {
  const [first = ""] = slugs;
  const asked: readonly (readonly [string, SheafClient, readonly string[]])[] = [
    ["gallery, visitor", visitor, ["/"]],
    ["gallery, signed in", signedIn, ["/"]],
    ["worksheet, visitor", visitor, [`/worksheets/${first}`]],
    ["worksheet, signed in", signedIn, [`/worksheets/${first}`]],
    ["search, visitor", visitor, ["/search?q=drift", "/search?q=genome", "/search?q=growth"]],
  ];
  const measured: PageMeasure[] = [];
  for (const [name, client, paths] of asked) measured.push({ name, load: await measureLoad({ port, paths, headers: client.headers() }) });
  return measured;
}

/** A page of the same server that no data can slow, and a Node process that does nothing else: what is possible at all. */
export async function measureLimits(port: number, visitor: SheafClient): Promise<PageMeasure[]> {
  const about = await measureLoad({ port, paths: ["/about"], headers: visitor.headers() });
  const bare = spawn(process.execPath, ["bench/bare-server.ts", String(about.bytes)], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await once(bare.stdout, "data");
    return [
      { name: "static page (/about)", load: about },
      { name: "bare Node server, same bytes", load: await measureLoad({ port: Number(String(line).trim()), paths: ["/"] }) },
    ];
  } finally {
    bare.kill();
  }
}
