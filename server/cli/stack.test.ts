import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

type Service = {
  readonly cap_drop?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: object;
  readonly networks?: readonly string[];
  readonly ports?: readonly { readonly mode: string }[];
  readonly volumes?: readonly { readonly source: string }[];
  readonly deploy: {
    readonly mode?: string;
    readonly endpoint_mode?: string;
    readonly restart_policy?: object;
    readonly resources?: { readonly limits?: { readonly cpus?: string; readonly memory?: string; readonly pids?: number } };
  };
};
const text = readFileSync(path.resolve(import.meta.dirname, "../../deploy/swarm/stack.yml"), "utf8");
const stack = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, Service>> };

describe.each(Object.entries(stack.services))("the stack's %s", (name, service) => {
  test("is limited, begun again, without capabilities that it does not name, and found without IPVS", () => {
    expect(service.deploy.resources?.limits).toMatchObject({ cpus: expect.any(String), memory: expect.any(String), pids: expect.any(Number) });
    expect(service.deploy).toMatchObject({ endpoint_mode: "dnsrr", restart_policy: expect.any(Object) });
    expect(service.cap_drop).toEqual(["ALL"]);
    expect((service.ports ?? []).every(({ mode }) => mode === "host")).toBe(true);
    expect(service.healthcheck !== undefined || name === "prepare").toBe(true);
  });
  test("has its secrets as files, and the container engine's socket only where kernels are made", () => {
    for (const setting of ["SHEAF_SECRET", "DATABASE_URL", "SHEAF_REGISTRY_PASSWORD", "POSTGRES_PASSWORD"])
      expect(service.environment ?? {}).not.toHaveProperty(setting);
    expect((service.volumes ?? []).some(({ source }) => source === "/var/run/docker.sock")).toBe(name === "engine");
  });
  test("is where labs are reached only if it serves or passes them on", () => {
    expect((service.networks ?? []).includes("labs")).toBe(["engine", "gateway", "nginx"].includes(name));
  });
});

test("an engine is on every host", () => expect(stack.services.engine?.deploy.mode).toBe("global"));
