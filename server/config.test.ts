import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { administratorEnvironment, childEnvironment } from "./child-environment.ts";
import { ConfigError, loadConfig } from "./config.ts";

const internal = new Set(["SHEAF_WEB_PORT", "SHEAF_WEB_HOST", "SHEAF_DEVELOPMENT"]);
const source = readFileSync(path.join(import.meta.dirname, "config-schema.ts"), "utf8");
const example = readFileSync(path.join(import.meta.dirname, "../.env.example"), "utf8");
const documented = Object.fromEntries([...example.matchAll(/^([A-Z_0-9]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));

describe("settings", () => {
  test("have sensible defaults", () => {
    expect(loadConfig({})).toMatchObject({
      port: 3000,
      listen: "127.0.0.1",
      publicUrl: "http://sheaf.localhost:3000",
      databaseUrl: null,
      demo: true,
      registration: "open",
    });
  });
  test("an empty variable is an unset one", () => expect(loadConfig({ SHEAF_PORT: "", DATABASE_URL: "" })).toMatchObject({ port: 3000, databaseUrl: null }));
  test("the public address has no slash at its end", () =>
    expect(loadConfig({ SHEAF_URL: "https://sheaf.example.org/" }).publicUrl).toBe("https://sheaf.example.org"));
  test("sizes are given in megabytes and kept in bytes", () => expect(loadConfig({ SHEAF_VISITOR_UPLOAD_MB: "7" }).visitor.uploadBytes).toBe(7 * 1024 * 1024));
  test.each([
    ["SHEAF_PORT", "70000"],
    ["SHEAF_PORT", "http"],
    ["SHEAF_URL", "ftp://x"],
    ["SHEAF_URL", "sheaf"],
    ["DATABASE_URL", "mysql://x/y"],
    ["SHEAF_SECRET", "short"],
    ["SHEAF_DEMO", "perhaps"],
    ["SHEAF_POOL_SIZE", "-1"],
  ])("%s=%s is refused by name", (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => loadConfig({ [name]: value })).toThrow(name);
  });
  test("every bad setting is named at once", () =>
    expect(() => loadConfig({ SHEAF_PORT: "x", SHEAF_URL: "y" })).toThrow(/SHEAF_PORT[\s\S]*SHEAF_URL|SHEAF_URL[\s\S]*SHEAF_PORT/));
  test("an administrator without a password is refused", () => expect(() => loadConfig({ SHEAF_ADMIN_USER: "chief" })).toThrow("set both or neither"));
});

describe(".env.example", () => {
  test("documents every setting, and no other", () => {
    const known = [...source.matchAll(/^ {2}([A-Z_0-9]+): /gm)].map(([, name = ""]) => name).filter((name) => !internal.has(name));
    expect(Object.keys(documented).sort()).toEqual(known.sort());
  });
  test("as it stands changes nothing", () => expect(loadConfig(documented)).toEqual(loadConfig({})));
});

describe("the environment of children", () => {
  const config = loadConfig({ SHEAF_ADMIN_USER: "chief", SHEAF_ADMIN_PASSWORD: "a long password", SHEAF_PORT: "4000" });
  const given = { databaseUrl: "postgres://x/y", secret: "s".repeat(32), webPort: 5000 };
  const environment = childEnvironment(config, given, { PATH: "/bin", SHEAF_ADMIN_PASSWORD: "a long password", SHEAF_ADMIN_USER: "chief" });
  test("says the same settings, without the administrator's password", () => {
    expect(loadConfig(environment)).toEqual({ ...config, admin: null, webPort: 5000, databaseUrl: given.databaseUrl, secret: given.secret });
    expect(JSON.stringify(environment)).not.toContain("a long password");
  });
  test("says it where the account is made", () => expect(loadConfig({ ...environment, ...administratorEnvironment(config) }).admin).toEqual(config.admin));
});
