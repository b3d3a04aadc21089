/** How a file is shown, told by its name alone; what its bytes say comes after. */
export type FileKind = "notebook" | "markdown" | "table" | "image" | "pdf" | "other";

const kindsByEnding: ReadonlyMap<string, FileKind> = new Map([
  ["ipynb", "notebook"],
  ["md", "markdown"],
  ["markdown", "markdown"],
  ["csv", "table"],
  ["tsv", "table"],
  ["tab", "table"],
  ["png", "image"],
  ["jpg", "image"],
  ["jpeg", "image"],
  ["gif", "image"],
  ["webp", "image"],
  ["svg", "image"],
  ["pdf", "pdf"],
]);

export function kindOfFile(path: string): FileKind {
  return kindsByEnding.get(endingOf(path)) ?? "other";
}

/** Images that a page may show by `<img>`: nothing in them runs there. SVG is among them, and sandboxed where it is opened by itself. */
const imageTypes: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["svg", "image/svg+xml"],
]);

/** The media type that an image is served with; null for all that is never shown. */
export function imageTypeOf(path: string): string | null {
  return imageTypes.get(endingOf(path)) ?? null;
}

function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const dot = name.lastIndexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1);
}

/** Text as people read it, or null for what is none: bytes that no encoding of text has, or that are no UTF-8. */
export function readText(bytes: Uint8Array): string | null {
  if (bytes.subarray(0, 8192).includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
