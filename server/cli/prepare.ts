import { loadConfig } from "#server/config.ts";
import { openServices } from "#server/container.ts";
import { migrate } from "#server/machine.ts";
import { ensureAdministrator } from "#server/usecases/ensure-administrator.ts";
import { offerFirstAdministrator } from "#server/usecases/offer-first-administrator.ts";

/** One step of every start: the newest schema, and somebody who may administer. What people should read goes to standard output. */
const config = loadConfig();
if (config.databaseUrl === null) throw new Error("DATABASE_URL is not set: `sheaf up` gives it to its processes.");
await migrate(config.databaseUrl);

const services = await openServices(config, "prepare");
const ensured = await ensureAdministrator(services);
if (!ensured.ok) {
  services.log.fatal(
    { fields: ensured.failure.fields },
    `The administrator that SHEAF_ADMIN_USER names could not be made: ${ensured.failure.message} ${Object.values(ensured.failure.fields ?? {}).join(" ")}`,
  );
  process.exitCode = 1;
} else {
  const link = config.admin ? null : await offerFirstAdministrator(services);
  if (link) console.log(`There is no administrator yet. Whoever opens this link first (within a day) becomes one:\n  ${link}`);
}
await services.close();
// The channel to the supervisor would keep it waiting.
process.exit();
