/** A process of its own that does one thing to a working copy, to be killed in the middle: `node tests/work-on-copy.ts <step> <project> <user> [commit]`. */
import { loadConfig } from "#server/config.ts";
import { openServices } from "#server/container.ts";
import { prepareWorkingCopy } from "#server/usecases/prepare-working-copy.ts";
import { restoreVersion } from "#server/usecases/restore-version.ts";
import { saveVersion } from "#server/usecases/save-version.ts";
import { person } from "./world.ts";

const [step, projectId = "", username = "", commit = ""] = process.argv.slice(2);
const services = await openServices(loadConfig(), "tests");
const user = await services.store.findUserByName(username);
if (!user) throw new Error(`There is no ${username}.`);
const ctx = { ...services, actor: person(user.id, username, "author"), requestId: "test" };
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
const done =
  step === "prepare"
    ? await prepareWorkingCopy(ctx, { projectId })
    : step === "save"
      ? await saveVersion(ctx, { projectId, message: "Saved by a process" })
      : await restoreVersion(ctx, { projectId, commit, keep: step === "discard" ? "discard" : "save" });
process.stdout.write(`${JSON.stringify(done)}\n`);
process.exit(0);
