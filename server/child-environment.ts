import type { Config } from "./config.ts";

/** For building pages: they must not reach a database meanwhile, nor carry a setting of this machine. */
export function buildEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("SHEAF_") && entry[0] !== "DATABASE_URL",
  );
  return { ...Object.fromEntries(kept), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
}

/**
 * What the supervisor's children find in their environment: the same settings, resolved. The first administrator's
 * password stays here; it is for the one step that makes the account.
 */
export function childEnvironment(
  config: Config,
  given: { databaseUrl: string; secret: string; webPort: number },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("SHEAF_ADMIN_") && entry[0] !== "NODE_OPTIONS",
  );
  return {
    ...Object.fromEntries(inherited),
    SHEAF_DATA: config.dataFolder,
    SHEAF_CACHE: config.cacheFolder,
    SHEAF_PORT: String(config.port),
    SHEAF_URL: config.publicUrl,
    SHEAF_WEB_PORT: String(given.webPort),
    SHEAF_DEVELOPMENT: config.development ? "on" : "off",
    SHEAF_SECRET: given.secret,
    DATABASE_URL: given.databaseUrl,
    // next-auth reads this one itself.
    NEXTAUTH_URL: config.publicUrl,
    NODE_ENV: config.development ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

/** Who the first administrator shall be, for the step that makes the account. */
export function administratorEnvironment(config: Config): Record<string, string> {
  return config.admin ? { SHEAF_ADMIN_USER: config.admin.user, SHEAF_ADMIN_PASSWORD: config.admin.password } : {};
}
