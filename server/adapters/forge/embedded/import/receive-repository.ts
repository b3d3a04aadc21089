import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import path from "node:path";
import type { ImportRequest } from "#server/ports/forge.ts";
import { gitEnvironment } from "../run-git.ts";
import { openGuardProxy } from "./guard-proxy.ts";
import type { ImportAddress } from "./import-address.ts";
import { createProgressReader } from "./import-progress.ts";

export type Received =
  | { readonly kind: "received" }
  | { readonly kind: "failed"; readonly stderr: string }
  | { readonly kind: "too_large" | "too_long" | "aborted" | "elsewhere" | "old_protocol" };

/** Prints what the environment holds when git asks for it, and nothing when git wants to store or erase. */
const credentialHelper = `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$SHEAF_IMPORT_USERNAME" "$SHEAF_IMPORT_PASSWORD"; }; f`;

/** Oddities of old programs that harm nobody; many honest histories hold one. */
const harmless = [
  "zeroPaddedFilemode",
  "badTimezone",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingNameBeforeEmail",
  "missingEmail",
  "badName",
];

/** Receives the default branch into `refs/heads/main` of a fresh repository. Nothing of git lives on when it returns. */
export async function receiveRepository(folder: string, address: ImportAddress, pinned: string, request: ImportRequest): Promise<Received> {
  if (request.signal?.aborted) return { kind: "aborted" };
  const trace = path.join(folder, "sheaf-trace");
  let stop: (kind: "too_large" | "too_long" | "aborted") => void = () => {};
  const proxy = await openGuardProxy(address, pinned, (bytes) => {
    if (bytes > request.limitBytes) stop("too_large");
  });
  const flags = ["--progress", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules"];
  const child = spawn("git", [`--git-dir=${folder}`, "fetch", ...flags, "--end-of-options", address.url, "+HEAD:refs/heads/main"], {
    env: { ...gitEnvironment(), ...importEnvironment(address, pinned, proxy.url, request.credentials), GIT_TRACE: trace },
    stdio: ["ignore", "ignore", "pipe"],
    // A group of its own, so that the helpers that git starts are ended with it.
    detached: true,
  });
  const outcome = await new Promise<Received>((resolve, reject) => {
    let stopped: "too_large" | "too_long" | "aborted" | null = null;
    stop = (kind) => {
      stopped ??= kind;
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(() => stop("too_long"), request.timeoutSeconds * 1000);
    const onAbort = (): void => stop("aborted");
    request.signal?.addEventListener("abort", onAbort);
    // It may have come while the proxy was opened.
    if (request.signal?.aborted) stop("aborted");
    const read = createProgressReader(request.onProgress);
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      read(chunk.toString());
      stderr = (stderr + chunk.toString()).slice(-20_000);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
      if (child.pid !== undefined) killGroup(child.pid);
      resolve(stopped ? { kind: stopped } : code === 0 ? { kind: "received" } : { kind: "failed", stderr });
    });
  }).finally(() => proxy.close());
  if (proxy.refused()) return { kind: "elsewhere" };
  // The old protocol copies files without the check of objects that was asked for.
  return outcome.kind === "received" && !/ index-pack .*--strict/.test(await readFile(trace, "utf8")) ? { kind: "old_protocol" } : outcome;
}

/** Settings travel in the environment: a command line is everybody's to read. */
function importEnvironment(address: ImportAddress, pinned: string, proxyUrl: string, credentials: ImportRequest["credentials"]): Record<string, string> {
  const settings: readonly (readonly [string, string])[] = [
    ["http.proxy", proxyUrl],
    ["http.proxyAuthMethod", "basic"],
    // A second lock beside the proxy, should git ever go round it.
    ...(isIP(address.host) ? [] : ([["http.curloptResolve", `${address.host}:${address.port}:${pinned.includes(":") ? `[${pinned}]` : pinned}`]] as const)),
    ["http.followRedirects", "false"],
    ["http.lowSpeedLimit", "1"],
    ["http.lowSpeedTime", "90"],
    ["protocol.allow", "never"],
    ["protocol.http.allow", "always"],
    ["protocol.https.allow", "always"],
    ["transfer.bundleURI", "false"],
    ["fetch.unpackLimit", "1"],
    ["fetch.fsckObjects", "true"],
    ...harmless.map((name) => [`fetch.fsck.${name}`, "warn"] as const),
    ["credential.helper", ""],
    ...(credentials ? ([["credential.helper", credentialHelper]] as const) : []),
  ];
  return {
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...(credentials ? { SHEAF_IMPORT_USERNAME: credentials.username, SHEAF_IMPORT_PASSWORD: credentials.password } : {}),
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
