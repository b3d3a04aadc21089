import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "#server/config.ts";
import { whyNoNginx } from "#tests/nginx.ts";
import { initByCommand, makeFolder } from "./init.ts";

const place = mkdtempSync(path.join(tmpdir(), "sheaf-init-"));
const folder = path.join(place, "house");
await makeFolder(folder, new URL("https://sheaf.example.org"));
const settings = parseEnv(readFileSync(path.join(folder, ".env"), "utf8")) as Record<string, string>;
const text = readFileSync(path.join(folder, "docker-compose.yml"), "utf8");

type Service = {
  image?: string;
  build?: { dockerfile: string; context: string };
  restart?: string;
  healthcheck?: { test: string[] };
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string; pids?: number } } };
  cap_drop?: string[];
  security_opt?: string[];
  logging?: { options?: Record<string, string> };
  privileged?: boolean;
  ports?: string[];
  volumes?: { type: string; source: string; target: string }[];
  networks?: string[];
  environment?: Record<string, string>;
  container_name?: string;
  hostname?: string;
  network_mode?: string;
  pid?: string;
};
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  networks: Record<string, { internal?: boolean }>;
};
const services = Object.entries(compose.services);
/** They end by themselves. */
const endsByItself = new Set(["prepare", "backup", "restore", "verify"]);

afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("the folder of a production set", () => {
  test("has secrets that nobody else has, and that its owner alone reads", async () => {
    expect(statSync(path.join(folder, ".env")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o077).toBe(0);
    const other = path.join(place, "other");
    await makeFolder(other, new URL("https://sheaf.example.org"));
    const others = parseEnv(readFileSync(path.join(other, ".env"), "utf8"));
    const secrets = Object.keys(settings).filter((name) => /SECRET|PASSWORD|TOKEN/.test(name));
    expect(secrets.length).toBeGreaterThan(8);
    for (const name of secrets) {
      expect(settings[name]?.length).toBeGreaterThanOrEqual(43);
      expect(settings[name]).not.toBe(others[name]);
    }
  });

  test("has settings that the house can be started with", () => {
    const { environment = {} } = compose.services.gateway ?? {};
    const filled = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
    expect(loadConfig(filled)).toMatchObject({
      publicUrl: "https://sheaf.example.org",
      registration: "closed",
      trustedProxies: 1,
      internalListen: "0.0.0.0:3100",
      webHost: "web",
      databaseUrl: `postgres://sheaf:${settings.POSTGRES_PASSWORD}@postgres:5432/sheaf`,
    });
    const known = readFileSync("server/config-schema.ts", "utf8");
    for (const name of Object.keys(environment)) expect(known).toContain(`  ${name}: `);
  });

  test("is never written over, and made for no address that labs could not have names below", async () => {
    await expect(initByCommand({ folder, url: "https://sheaf.example.org" })).rejects.toThrow("is not empty");
    for (const url of [undefined, "sheaf", "ftp://x.org", "https://10.0.0.1", "https://x.org/path", "https://x.org:8443", "https://user@x.org"])
      await expect(initByCommand({ folder: path.join(place, "new"), url })).rejects.toThrow(/address|name/);
    await expect(initByCommand({ folder: undefined, url: "https://x.org" })).rejects.toThrow("which folder");
    expect(() => statSync(path.join(place, "new"))).toThrow();
  });

  test.skipIf(whyNoNginx() !== null)("has a configuration that nginx accepts", () => {
    const tls = path.join(folder, "tls");
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=sheaf.example.org"];
    execFileSync("openssl", [...request, "-keyout", path.join(tls, "privkey.pem"), "-out", path.join(tls, "fullchain.pem")], { stdio: "ignore" });
    const here = readFileSync(path.join(folder, "nginx.conf"), "utf8")
      .replaceAll("/etc/sheaf/tls", tls)
      .replaceAll("access_log /dev/stdout brief;", "access_log off;")
      .replaceAll("/run/nginx", place)
      .replaceAll("server gateway:", "server 127.0.0.1:");
    expect(here).not.toMatch(/@[A-Z_]+@/);
    writeFileSync(path.join(place, "nginx.conf"), here);
    const tried = spawnSync("nginx", ["-t", "-c", path.join(place, "nginx.conf")], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
    expect(tried.stderr.toString()).toContain("test is successful");
  });
});

describe("the compose file", () => {
  test("starts with nothing missing, and with no secret of its own", () => {
    for (const [, name = ""] of text.matchAll(/\$\{([A-Z_0-9]+):\?/g)) expect(Object.keys(settings)).toContain(name);
    for (const [, name = "", rest = ""] of text.matchAll(/\$\{([A-Z_0-9]+)(:?[^}]*)\}/g)) {
      // Anything else has a default, or is named as required elsewhere.
      if (!rest.startsWith(":-")) expect(text).toContain(`\${${name}:?`);
      if (/PASSWORD|SECRET|TOKEN/.test(name)) expect(rest === ":-" || rest.startsWith(":?")).toBe(true);
    }
  });

  test("lets every setting be set in .env but those that it is about", () => {
    const documented = [...readFileSync(".env.example", "utf8").matchAll(/^([A-Z_0-9]+)=/gm)].map(([, name = ""]) => name);
    const own =
      /^(DATABASE_URL|SHEAF_SECRET|SHEAF_REGISTRY_PASSWORD)(_FILE)?$|^SHEAF_(DATA|CACHE|PORT|LISTEN|TRUSTED_PROXIES|INTERNAL_LISTEN|KERNELS|DOCKER_HOST|LAB_HOSTS|LAB_PORT)$/;
    const elsewhere = /^SHEAF_(NODE_|DATA_VOLUME_|ENGINE_ID|RUNTIME|NEW_PASSWORD|DEMO)/;
    const missing = documented.filter((name) => !own.test(name) && !elsewhere.test(name) && !text.includes(`\${${name}:`));
    expect(missing).toEqual([]);
  });

  test.each(services)("%s is bounded, watched and has no more rights than it needs", (name, service) => {
    expect(service.deploy?.resources?.limits).toMatchObject({ cpus: expect.any(String), memory: expect.any(String), pids: expect.any(Number) });
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.security_opt).toContain("no-new-privileges:true");
    expect(service.logging?.options).toMatchObject({ "max-size": expect.any(String), "max-file": expect.any(String) });
    expect([service.privileged, service.network_mode, service.pid]).toEqual([undefined, undefined, name === "engine" ? "host" : undefined]);
    expect(service.restart).toBe(endsByItself.has(name) ? "no" : "unless-stopped");
    if (!endsByItself.has(name)) expect(service.healthcheck?.test[0]).toBe("CMD");
    // What is fetched has a version; what is built here has that of its source.
    expect(service.image).not.toMatch(service.build ? /:latest/ : /:latest|^[^$:]+$/);
  });

  test("opens nginx alone to the outside, and lets nobody but the engine speak to the container engine", () => {
    const outside = services.filter(([, one]) => one.ports?.some((port) => !/^\$\{\w+:-127\.0\.0\.1\}:/.test(port)));
    expect(outside.map(([name]) => name)).toEqual(["nginx"]);
    const withSocket = services.filter(([, one]) => one.volumes?.some(({ source }) => source.includes("docker.sock")));
    expect(withSocket.map(([name]) => name)).toEqual(["engine"]);
    for (const name of ["postgres", "engine", "gateway", "openldap", "kerberos", "keystone", "gitlab"])
      for (const network of compose.services[name]?.networks ?? []) expect([name, compose.networks[network]?.internal]).toEqual([name, true]);
    // Whoever reaches the gateway's inner door is asked by nobody who they are.
    expect(services.filter(([, one]) => one.networks?.includes("front")).map(([name]) => name)).toEqual(["gateway", "nginx", "prometheus"]);
  });

  test("keeps what it keeps in named volumes, each used, and web and engine can be many", () => {
    const used = services.flatMap(([, one]) => (one.volumes ?? []).filter(({ type }) => type === "volume").map(({ source }) => source));
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort());
    for (const name of ["web", "engine"]) expect(compose.services[name]).not.toMatchObject({ container_name: expect.anything() });
    for (const name of ["web", "engine"]) expect(compose.services[name]?.hostname).toBeUndefined();
  });

  test("builds from folders that are there", () => {
    const debian = parse(readFileSync(path.join(folder, "from-debian.yml"), "utf8"), { merge: true }) as { services: Record<string, Service> };
    const built = [...services, ...Object.entries(debian.services)].flatMap(([, { build }]) => (build ? [fill(`${build.context}/${build.dockerfile}`)] : []));
    expect(built).toHaveLength(9);
    for (const file of built) expect(statSync(file).isFile()).toBe(true);
  });

  const hasPlugin = spawnSync("docker", ["compose", "version"]).status === 0;
  test.skipIf(!hasPlugin)("is understood by docker compose", () => {
    const tried = spawnSync("docker", ["compose", "--profile", "*", "config", "--quiet"], { cwd: folder });
    expect(tried.stderr.toString()).toBe("");
    expect(tried.status).toBe(0);
  });
});

/** As compose fills in variables. */
function fill(value: string): string {
  return String(value).replace(/\$\{([A-Z_0-9]+)(?::[-?]([^}]*))?\}/g, (_, name: string, other: string | undefined) => settings[name] ?? other ?? "");
}
