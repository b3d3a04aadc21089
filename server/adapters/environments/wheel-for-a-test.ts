import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { zip } from "#tests/zip.ts";

/** A wheel of one module (PEP 427): `answer` says who made it. */
export function makeWheel(
  name: string,
  version: string,
  more: { source?: string; requires?: readonly string[]; tag?: string; files?: Readonly<Record<string, string>> } = {},
): { fileName: string; bytes: Uint8Array } {
  const info = `${name}-${version}.dist-info`;
  const { source = `answer = "${name} ${version}"\n`, requires = [], tag = "py3-none-any" } = more;
  const files: Record<string, string> = {
    ...more.files,
    [`${name}.py`]: source,
    [`${info}/METADATA`]: ["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`, ...requires.map((one) => `Requires-Dist: ${one}`), "", ""].join(
      "\n",
    ),
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
  };
  files[`${info}/RECORD`] = `${[...Object.keys(files), `${info}/RECORD`].map((one) => `${one},,`).join("\n")}\n`;
  return { fileName: `${name}-${version}-${tag}.whl`, bytes: zip(Object.entries(files).map(([file, content]) => ({ name: file, content }))) };
}

/** An archive of Python packages on this machine's loopback (PEP 503). */
export async function serveIndex(
  wheels: readonly { readonly fileName: string; readonly bytes: Uint8Array }[],
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const [, folder = "", name = ""] = (request.url ?? "").split("/");
    const wheel = wheels.find(({ fileName }) => folder === "files" && fileName === name);
    if (wheel) return void response.end(wheel.bytes);
    const links = wheels.filter(({ fileName }) => folder === "simple" && fileName.startsWith(`${name.replaceAll("-", "_")}-`));
    if (links.length === 0) return void response.writeHead(404).end();
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><html><body>${links.map(({ fileName }) => `<a href="/files/${fileName}">${fileName}</a>`).join("")}</body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/simple`, close: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}
