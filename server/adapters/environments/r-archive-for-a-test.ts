import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { packFolder } from "../kernels/process/pack-files.ts";

/** An archive of R packages on this machine's loopback, with one package of R code alone ("Writing R Extensions", chapter 1). */
export async function serveRPackage(name: string, version: string): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "r-package-"));
  const about = `Package: ${name}\nVersion: ${version}\nTitle: For a Test\nDescription: Says who it is.\nLicense: GPL-3\nAuthor: Nobody\nMaintainer: Nobody <nobody@example.org>\n`;
  await mkdir(path.join(folder, name, "R"), { recursive: true });
  await writeFile(path.join(folder, name, "DESCRIPTION"), about);
  await writeFile(path.join(folder, name, "NAMESPACE"), "export(answer)\n");
  await writeFile(path.join(folder, name, "R/answer.R"), `answer <- function() "${name} ${version}"\n`);
  const parts: Uint8Array[] = [];
  for await (const part of packFolder(folder)) parts.push(part);
  await rm(folder, { recursive: true, force: true });
  const files = new Map<string, Uint8Array>([
    ["/src/contrib/PACKAGES", Buffer.from(about)],
    [`/src/contrib/${name}_${version}.tar.gz`, gzipSync(Buffer.concat(parts))],
  ]);
  const server = createServer((request, response) => {
    const found = files.get(request.url ?? "");
    if (found) response.end(found);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}
