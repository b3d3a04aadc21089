import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

export type GitServer = { readonly port: number; readonly seen: string[]; readonly authorizations: (string | undefined)[]; close(): Promise<void> };

/**
 * `git http-backend` over the bare repositories of a folder, with the manners of servers met in the wild:
 * `/open/x` for all, `/private/x` with a password, `/moved/…` leads elsewhere, `/page/x` leads to `/page/x.git`,
 * `/silent/x` never answers, `/files/x` serves plain files, `/slow/x` sends a little at a time.
 */
export async function startGitServer(folder: string, options: { password: string; movedTo: () => string }): Promise<GitServer> {
  const seen: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const [, kind = "", ...rest] = url.pathname.split("/");
    seen.push(url.pathname);
    authorizations.push(request.headers.authorization);
    const expected = `Basic ${Buffer.from(`ada:${options.password}`).toString("base64")}`;
    if (kind === "private" && request.headers.authorization !== expected) response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    else if (kind === "moved") response.writeHead(302, { location: options.movedTo() + url.pathname + url.search }).end();
    else if (kind === "page" && !rest[0]?.endsWith(".git"))
      response.writeHead(301, { location: url.pathname.replace(/^\/page\/([^/]+)/, "/page/$1.git") }).end();
    else if (kind === "files") void serveFile(path.join(folder, ...rest), response);
    else if (kind !== "silent") backend(folder, `/${rest.join("/")}`, url.search.slice(1), request, response, kind === "slow");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    authorizations,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function serveFile(file: string, response: ServerResponse): Promise<void> {
  await readFile(file).then(
    (content) => response.writeHead(200, { "content-type": "text/plain" }).end(content),
    () => response.writeHead(404).end(),
  );
}

function backend(folder: string, pathInfo: string, query: string, request: IncomingMessage, response: ServerResponse, slow: boolean): void {
  const child = spawn("git", ["http-backend"], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathInfo,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    } as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin).on("error", () => {});
  response.on("close", () => child.kill());
  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    if (head === null) return void send(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = head.toString("latin1", 0, end).split("\r\n");
    const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const);
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.filter(([name]) => name !== "Status")));
    const body = head.subarray(end + 4);
    head = null;
    send(body);
  });
  child.on("close", () => response.end());
  function send(chunk: Buffer): void {
    response.write(chunk);
    if (!slow || !request.url?.includes("git-upload-pack") || request.method !== "POST") return;
    child.stdout.pause();
    setTimeout(() => child.stdout.resume(), 300);
  }
}

/** A repository whose newest version holds a folder that is named like git's own. */
export function makeHostileRemote(folder: string): void {
  makeRemote(folder, { "a.txt": "x" });
  const git = (args: string[], input: Buffer = Buffer.alloc(0)): string =>
    execFileSync("git", [`--git-dir=${folder}`, "-c", "user.name=x", "-c", "user.email=x@x", ...args], { input })
      .toString()
      .trim();
  const inner = Buffer.from(git(["rev-parse", "trunk^{tree}"]), "hex");
  const tree = git(["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], Buffer.concat([Buffer.from("40000 .git\0"), inner]));
  git(["update-ref", "refs/heads/trunk", git(["commit-tree", tree, "-m", "x"])]);
}

/** A bare repository with a main line, another branch, a tag and odd file names. Returns the ids of its commits. */
export function makeRemote(folder: string, files: Readonly<Record<string, string | Buffer>>): { main: string; other: string } {
  const git = (args: string[], input: string | Buffer = ""): string =>
    execFileSync("git", [`--git-dir=${folder}`, "-c", "user.name=x", "-c", "user.email=x@x", ...args], { input, maxBuffer: 1e9 })
      .toString()
      .trim();
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=trunk", folder]);
  const tree = (content: Readonly<Record<string, string | Buffer>>): string =>
    git(
      ["mktree", "-z"],
      Object.entries(content)
        .map(([name, text]) => `100644 blob ${git(["hash-object", "-w", "--stdin"], text)}\t${name}\0`)
        .join(""),
    );
  const first = git(["commit-tree", tree({ "first.txt": "first" }), "-m", "first"]);
  const main = git(["commit-tree", tree(files), "-p", first, "-m", "second"]);
  const other = git(["commit-tree", tree({ "other.txt": "other" }), "-p", first, "-m", "other"]);
  git(["update-ref", "refs/heads/trunk", main]);
  git(["update-ref", "refs/heads/other", other]);
  git(["update-ref", "refs/tags/v1", other]);
  git(["update-server-info"]);
  return { main, other };
}
