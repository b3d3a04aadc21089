import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import https from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Result } from "#lib/result.ts";
import type { Forge, ImportRequest } from "#server/ports/forge.ts";
import { value } from "../../contract-values.ts";
import { createEmbeddedForge } from "../forge.ts";
import { type GitServer, makeHostileRemote, makeRemote, startGitServer } from "./git-server-for-a-test.ts";

const password = "p4ss w0rd's $(touch x) \\n %s";
let folder: string;
let forge: Forge;
let strict: Forge;
let server: GitServer;
let elsewhere: GitServer;
let remote: { main: string; other: string };
const odd = { "a b.txt": "one", 'quote"d.txt': "two", "-rf": "three", "line\nbreak.txt": "four", "ünï.txt": "five" };

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "forge-import-"));
  const remotes = path.join(folder, "remotes");
  await mkdir(remotes);
  remote = makeRemote(path.join(remotes, "x.git"), odd);
  makeRemote(path.join(remotes, "large.git"), { "large.bin": randomBytes(12_000_000) });
  makeHostileRemote(path.join(remotes, "hostile.git"));
  execFileSync("git", ["init", "--quiet", "--bare", path.join(remotes, "empty.git")]);
  elsewhere = await startGitServer(remotes, { password, movedTo: () => "" });
  server = await startGitServer(remotes, { password, movedTo: () => `http://127.0.0.1:${elsewhere.port}` });
  const at = path.join(folder, "repositories");
  forge = createEmbeddedForge({ folder: at, importAllow: [`127.0.0.1:${server.port}`, `localhost:${server.port}`] });
  strict = createEmbeddedForge({ folder: at });
});
afterAll(async () => {
  await Promise.all([forge.close(), strict.close(), server.close(), elsewhere.close()]);
  await rm(folder, { recursive: true });
});

const told: string[] = [];
async function importing(at: string, more: Partial<ImportRequest> = {}, by: Forge = forge): Promise<{ id: RepositoryId; result: Result<CommitId> }> {
  const id = value(await by.createRepository("imported"));
  const url = at.startsWith("/") ? `http://127.0.0.1:${server.port}${at}` : at;
  told.length = 0;
  const onProgress = (phase: string, percent: number | null): void => void told.push(`${phase} ${percent}`);
  return { id, result: await by.importFrom(id, { url, credentials: null, limitBytes: 50_000_000, timeoutSeconds: 60, onProgress, ...more }) };
}
const sentence = async (at: string, more: Partial<ImportRequest> = {}, by: Forge = forge): Promise<string> => {
  const { id, result } = await importing(at, more, by);
  // Whatever went wrong, nothing of it stays.
  expect((await forge.resolve(id, "main")).ok).toBe(false);
  const own = path.join(folder, "repositories", id.slice(0, 2));
  expect((await readdir(own)).filter((name) => name.startsWith(id))).toEqual([`${id}.git`]);
  expect(await readdir(path.join(own, `${id}.git/objects/pack`))).toEqual([]);
  return result.ok ? "ok" : result.failure.message;
};

test("imports the default branch as main, and of other branches nothing", async () => {
  const { id, result } = await importing("/open/x.git");
  expect(value(result)).toBe(remote.main);
  expect(value(await forge.resolve(id, "main"))).toBe(remote.main);
  expect(
    value(await forge.listTree(id, value(result)))
      .map((file) => file.path)
      .sort(),
  ).toEqual(Object.keys(odd).sort());
  for (const [name, content] of Object.entries(odd)) expect(new TextDecoder().decode(value(await forge.readFile(id, value(result), name, 100)))).toBe(content);
  expect((await forge.readFile(id, value(result), "line\nmissing\n.txt", 100)).ok).toBe(false);
  expect(value(await forge.history(id, value(result))).versions.map((one) => one.number)).toEqual([2, 1]);
  expect((await forge.history(id, remote.other as CommitId)).ok).toBe(false);
  expect((await forge.resolve(id, "trunk")).ok).toBe(false);
  expect((await importing("/page/x")).result.ok).toBe(true);
  const again = await forge.importFrom(id, {
    url: `http://127.0.0.1:${server.port}/open/x.git`,
    credentials: null,
    limitBytes: 1e9,
    timeoutSeconds: 60,
    onProgress: () => {},
  });
  expect(again.ok ? "ok" : again.failure.code).toBe("conflict");
});

test("tells how far it is", async () => {
  value((await importing("/open/large.git")).result);
  expect(told[0]).toBe("Connecting null");
  expect(told).toContain("Receiving 100");
  expect(told.at(-1)).toMatch(/^Unpacking/);
});

test("gives credentials to who asks for them and writes them nowhere", async () => {
  const { id, result } = await importing("/private/x.git", { credentials: { username: "ada", password } });
  expect(value(result)).toBe(remote.main);
  expect(spawnSync("grep", ["-rlF", "p4ss", path.join(folder, "repositories")], { encoding: "utf8" }).stdout).toBe("");
  expect(await readFile(path.join(folder, "repositories", id.slice(0, 2), `${id}.git/config`), "utf8")).not.toContain("127.0.0.1");
  server.authorizations.length = 0;
  value((await importing("/open/x.git", { credentials: { username: "ada", password } })).result);
  expect(server.authorizations.every((one) => one === undefined)).toBe(true);
  expect(await sentence("/private/x.git", { credentials: { username: "ada", password: "wrong" } })).toMatch(/refused this name and password/);
  expect(await sentence("/private/x.git")).toMatch(/private and needs a name and password/);
  expect(await sentence("/private/x.git", { credentials: { username: "ada\nhost=evil", password } })).toMatch(/line breaks/);
});

test("says what is wrong with an address", async () => {
  expect(await sentence("/open/nothing.git")).toMatch(/no project at this address, or it is private/);
  expect(await sentence("/open/empty.git")).toMatch(/empty/);
  expect(await sentence("/open/hostile.git")).toMatch(/damaged or unsafe/);
  expect(await sentence("/files/x.git")).toMatch(/plain files only/);
  expect(await sentence(`http://127.0.0.1:${server.port}/files/nothing`)).toMatch(/no project/);
});

test("follows no redirect to another host", async () => {
  elsewhere.seen.length = 0;
  expect(await sentence("/moved/x.git")).toMatch(/leads on to another/);
  expect(elsewhere.seen).toEqual([]);
});

describe("addresses", () => {
  test.each([
    ["ssh://git@example.org/x.git", /begin with https/],
    ["git@example.org:x.git", /begin with https/],
    ["file:///etc", /begin with https/],
    ["/etc/passwd", /begin with https/],
    ["ext::sh -c id", /begin with https/],
    ["--upload-pack=id", /begin with https/],
    ["https://ada:secret@example.org/x.git", /their own fields/],
    ["https://example.org/x.git?token=1", /question mark/],
    ["https://example.org:22/x.git", /ports 80 and 443/],
    ["http://127.0.0.1/x.git", /private network/],
    ["http://0x7f.1/x.git", /private network/],
    ["http://2130706433/x.git", /private network/],
    ["http://localhost/x.git", /private network/],
    ["http://[::1]/x.git", /private network/],
    ["http://[::ffff:10.0.0.1]/x.git", /private network/],
    ["http://[64:ff9b::7f00:1]/x.git", /private network/],
    ["http://169.254.169.254/x.git", /private network/],
    ["http://100.64.0.1/x.git", /private network/],
    ["http://224.0.0.1/x.git", /private network/],
    ["http://0.0.0.0/x.git", /private network/],
    ["http://no-such-host.invalid/x.git", /no host called/],
  ])("refuses %s", async (url, words) => {
    // An address that is typed as it is, not below the server of the test.
    expect(await sentence(url.startsWith("/") ? ` ${url}` : url, {}, strict)).toMatch(words);
  });

  test("takes a private host that the operator named, by name as well", async () => {
    expect((await importing(`http://localhost:${server.port}/open/x.git`)).result.ok).toBe(true);
    expect(await sentence(`http://localhost:${elsewhere.port}/open/x.git`)).toMatch(/ports 80 and 443/);
  });
});

test("reaches a server by TLS and refuses a certificate that nobody vouches for", async () => {
  const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  const secure = https.createServer({ key: await readFile(key), cert: await readFile(cert) }, (_, response) => response.end());
  secure.listen(0, "127.0.0.1");
  await once(secure, "listening");
  const { port } = secure.address() as AddressInfo;
  const by = createEmbeddedForge({ folder: path.join(folder, "repositories"), importAllow: [`localhost:${port}`] });
  expect(await sentence(`https://localhost:${port}/x.git`, {}, by)).toMatch(/certificate of localhost could not be verified/);
  secure.close();
  secure.closeAllConnections();
  expect(await sentence(`https://localhost:${port}/x.git`, {}, by)).toMatch(/did not answer as a server/);
  await by.close();
});

test("stops at the limit of size, at the limit of time and when told to", async () => {
  expect(await sentence("/open/large.git", { limitBytes: 1_000_000 })).toMatch(/larger than 1 MB/);
  expect(await sentence("/silent/x.git", { timeoutSeconds: 1 })).toMatch(/took longer/);
  const early = new AbortController();
  early.abort();
  expect(await sentence("/open/x.git", { signal: early.signal })).toBe("The import was stopped.");
  const late = new AbortController();
  const onProgress = (phase: string): void => {
    if (phase === "Receiving") late.abort();
  };
  expect(await sentence("/slow/large.git", { signal: late.signal, onProgress })).toBe("The import was stopped.");
});
