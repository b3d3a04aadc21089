import path from "node:path";
import { loadConfig } from "#server/config.ts";
import { openServices } from "#server/container.ts";
import { seedLibrary } from "#server/usecases/seed-library.ts";

/** One step of every start with a demo library: brings it in, or up to date. What people should read goes to standard output. */
const services = await openServices(loadConfig(), "seed");
const seeded = await seedLibrary(
  { ...services, actor: { kind: "system" }, requestId: "seed" },
  { folder: path.resolve(import.meta.dirname, "../../library"), onProgress: (progress) => services.log.info(progress, "demo library") },
);
if (!seeded.ok) console.log(`The demo library is not complete: ${seeded.failure.message}`);
else {
  for (const { title, message } of seeded.value.failed) console.log(`The demo worksheet "${title}" is not shown: ${message}`);
  services.log.info({ published: seeded.value.published, unchanged: seeded.value.unchanged }, "demo library is there");
}
await services.close();
// The channel to the supervisor would keep it waiting.
process.exit();
