/** Does everything that a forge does, again and again, until it is killed. Arguments: folder, git address, source. */
import type { RepositoryId } from "#lib/domain/ids.ts";
import { createEmbeddedForge } from "./forge.ts";

const [folder = "", url = "", source = ""] = process.argv.slice(2);
const forge = createEmbeddedForge({ folder, importAllow: [new URL(url).host] });
const author = { name: "Ada", email: "ada@example.org", at: new Date() };

async function commit(): Promise<void> {
  const id = await forge.createRepository("made");
  if (!id.ok) return;
  const first = await forge.commit(id.value, { ref: "main", parent: null, message: "1", author, changes: new Map([["a", Buffer.alloc(300_000, "x")]]) });
  if (first.ok) await forge.commit(id.value, { ref: "main", parent: first.value, message: "2", author, changes: new Map([["b", Buffer.from("y")]]) });
}

async function copy(): Promise<void> {
  const id = await forge.fork(source as RepositoryId, "copied");
  if (id.ok) await forge.deleteRepository(id.value);
}

async function receive(): Promise<void> {
  const id = await forge.createRepository("imported");
  if (id.ok) await forge.importFrom(id.value, { url, credentials: null, limitBytes: 1e9, timeoutSeconds: 60, onProgress: () => {} });
}

process.stdout.write("busy\n");
await Promise.all(
  [commit, copy, receive].map(async (work) => {
    for (;;) await work();
  }),
);
