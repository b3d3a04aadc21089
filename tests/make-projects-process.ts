/** Makes projects one after the other until it is killed: by itself, from another one, from an archive. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Actor } from "#lib/domain/person.ts";
import { loadConfig } from "#server/config.ts";
import { openServices } from "#server/container.ts";
import { newId } from "#server/ids.ts";
import { copyProject } from "#server/usecases/copy-project.ts";
import { createProject } from "#server/usecases/create-project.ts";
import { importArchive } from "#server/usecases/import-archive.ts";
import { zip } from "./zip.ts";

const services = await openServices(loadConfig(), "test");
const user = await services.store.findUserByName("ada");
if (!user) throw new Error("There is no ada.");
const actor: Actor = { kind: "user", userId: user.id, username: "ada", level: "author", via: { kind: "session", sessionId: newId("session") }, address: "" };
const ctx = { ...services, actor, requestId: "test" };
const file = path.join(services.config.dataFolder, "sent.zip");
const archive = zip(
  Array.from({ length: 200 }, (_, n) => ({ name: `a/${n}.txt`, content: `${n}`.repeat(1000), deflate: true, mode: n % 2 ? 0o100755 : 0o100644 })),
);
await writeFile(file, archive);

const first = await createProject(ctx, { title: "First", type: "worksheet", visibility: "public", template: "worksheet-python" });
process.stdout.write("begun\n");
for (;;) {
  await createProject(ctx, { title: "Made", type: "worksheet", visibility: "private", template: "notebook" });
  if (first.ok) await copyProject(ctx, { projectId: first.value.id });
  await importArchive(ctx, { files: [{ name: "sent.zip", file, bytes: archive.length }], dispose: async () => {}, title: "Sent" });
}
