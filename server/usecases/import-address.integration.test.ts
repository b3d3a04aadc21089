import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProjectId } from "#lib/domain/ids.ts";
import type { ProjectProgress } from "#lib/domain/project.ts";
import { makeRemote, startGitServer } from "#server/adapters/forge/embedded/import/git-server-for-a-test.ts";
import type { Context } from "#server/context.ts";
import { code, createWorld, person, type TestWorld, value } from "#tests/world.ts";
import { importAddress } from "./import-address.ts";
import { showAttempt } from "./show-attempt.ts";
import { showProject } from "./show-project.ts";
import { trashProject } from "./trash-project.ts";

const password = "s3cret w'ord";
let folder: string;
let server: Awaited<ReturnType<typeof startGitServer>>;
let world: TestWorld;
let ada: Context;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sheaf-address-"));
  const remotes = path.join(folder, "remotes");
  await mkdir(remotes);
  makeRemote(path.join(remotes, "wright-fisher.git"), { "README.md": "# Drift", "data.bin": randomBytes(3_000_000) });
  server = await startGitServer(remotes, { password, movedTo: () => "" });
  world = await createWorld({ SHEAF_IMPORT_ALLOW: `127.0.0.1:${server.port}` });
  ada = world.as(person(await world.user("ada", "author"), "ada", "author"));
});
afterAll(async () => {
  await world.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const settled = async (id: string) => {
  await expect.poll(async () => (await world.store.findProject(id))?.state, { timeout: 60_000 }).not.toBe("creating");
  return value(await showProject(ada, { slug: id }));
};

describe("importing from an address", () => {
  test("makes a project with the history that is there, and its title from the address", async () => {
    const made = value(await importAddress(ada, { url: `http://127.0.0.1:${server.port}/open/wright-fisher.git` }));
    expect(made).toMatchObject({ title: "Wright fisher", slug: "wright-fisher" });
    expect(await settled(made.id)).toMatchObject({
      state: "ready",
      visibility: "private",
      progress: null,
      version: { number: 2 },
      readmeHtml: expect.stringContaining("Drift"),
    });
  });

  test("opens a closed one by a name and password that are kept nowhere, wherever they were written", async () => {
    const closed = `127.0.0.1:${server.port}/private/wright-fisher.git`;
    const word = encodeURIComponent(password).replaceAll("'", "%27");
    for (const input of [{ url: `http://${closed}`, credentials: { username: "ada", password } }, { url: `http://ada:${word}@${closed}` }]) {
      const made = value(await importAddress(ada, input));
      expect((await settled(made.id)).state).toBe("ready");
      expect(JSON.stringify(await world.store.findProject(made.id))).not.toMatch(/s3cret/);
    }
    const refused = value(await importAddress(ada, { url: `http://${closed}` }));
    expect(await settled(refused.id)).toMatchObject({ state: "failed", problem: expect.any(String), version: null });
  });

  test("takes a percent sign for itself", async () => {
    const made = value(await importAddress(ada, { url: `http://ada%:50%@127.0.0.1:${server.port}/100%` }));
    expect(made.title).toBe("100%");
    expect((await settled(made.id)).state).toBe("failed");
  });

  test("that failed keeps all that was typed but credentials, for its author alone, and another attempt takes its place", async () => {
    const typed = { title: "Drift again", description: "Of drift", type: "worksheet", visibility: "public" } as const;
    const closed = `127.0.0.1:${server.port}/private/wright-fisher.git`;
    const refused = value(await importAddress(ada, { url: `http://ada:wrong@${closed}?token=s3cret`, ...typed }));
    await settled(refused.id);
    expect(value(await showAttempt(ada, { projectId: refused.id }))).toEqual({ projectId: refused.id, areaSlug: "general", url: `http://${closed}`, ...typed });
    expect(JSON.stringify(await world.store.findProject(refused.id))).not.toMatch(/s3cret|wrong@/);
    const bob = world.as(person(await world.user("bob", "author"), "bob", "author"));
    expect(code(await showAttempt(bob, { projectId: refused.id }))).toBe("not_found");
    const open = `http://127.0.0.1:${server.port}/open/wright-fisher.git`;
    value(await importAddress(bob, { url: open, insteadOf: refused.id }));
    expect((await world.store.findProject(refused.id))?.state).toBe("failed");
    const again = value(await importAddress(ada, { url: open, ...typed, insteadOf: refused.id }));
    expect(again.slug).toBe(refused.slug);
    expect(await world.store.findProject(refused.id)).toBeNull();
    expect(code(await showAttempt(ada, { projectId: (await settled(again.id)).id }))).toBe("not_found");
  });

  test("tells how far it is while it goes on, at most every 300 ms, and stops when it is taken back", async () => {
    const seen: (ProjectProgress | null)[] = [];
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const store = {
      ...ada.store,
      reportMaking: async (id: ProjectId, progress: ProjectProgress | null, now: Date) => {
        seen.push(progress);
        return ada.store.reportMaking(id, progress, now);
      },
    };
    const slow: Context = {
      ...ada,
      store,
      forge: {
        ...ada.forge,
        importFrom: async (_id, { onProgress, signal }) => {
          for (let n = 0; !signal?.aborted; n++) {
            onProgress("Receiving", n % 100);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          stop();
          return { ok: false, failure: { code: "conflict", message: "stopped" } };
        },
      },
    };
    const began = performance.now();
    const made = value(await importAddress(slow, { url: "https://example.org/slow.git" }));
    expect(made).toMatchObject({ state: "creating", progress: { phase: "Receiving", percent: expect.any(Number) } });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.length).toBeLessThanOrEqual((performance.now() - began) / 250);
    expect(value(await showProject(ada, { slug: made.id }))).toMatchObject({ state: "creating", progress: { phase: "Receiving" } });
    value(await trashProject(ada, { projectId: made.id }));
    await stopped;
    expect(await world.store.findProject(made.id)).toBeNull();
  });
});
