import type { OpenedFile } from "#server/usecases/open-run-file.ts";

/** A file that somebody's code wrote: saved, never shown. Browsers that show it all the same do so in a sandbox. */
export function attachment(file: OpenedFile, type = "application/octet-stream"): Response {
  return new Response(file.stream, { headers: { "content-type": type, "content-length": String(file.bytes), ...attachmentHeaders(file.name) } });
}

export function attachmentHeaders(name: string): Record<string, string> {
  return {
    "content-disposition": disposition(name),
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
  };
}

/** A name from outside, as a browser may save it. */
export function disposition(name: string): string {
  const whole = name.toWellFormed().replace(/[/\\]/g, "_");
  const plain = whole.replace(/[^\x20-\x7e]|"/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(whole).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;
}
