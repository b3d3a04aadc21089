import { expect, test } from "vitest";
import { type ContainerPlan, containerOptions } from "./container-options.ts";

const plan: ContainerPlan = {
  kind: "kernel",
  sessionId: "k_1",
  scope: "abc",
  imageId: "sha256:1",
  uid: 600_001,
  gid: 600_001,
  limits: { memoryBytes: 2 ** 30, cpus: 0.5, processes: 64, diskBytes: 2 ** 20 },
  mounts: [
    { source: "/data/work", target: "/work", access: "write" },
    { source: "/data/passwd", target: "/etc/passwd", access: "read" },
  ],
  memoryFolders: ["/tmp"],
  environment: { HOME: "/home/user" },
  command: ["python3"],
  hasInput: false,
  seccomp: "{}",
  runtime: null,
};

test("gives a container no network, no capability, no way to gain one, and a root that nobody writes to", () => {
  const { HostConfig, User } = containerOptions(plan);
  expect(User).toBe("600001:600001");
  expect(HostConfig).toMatchObject({
    NetworkMode: "none",
    IpcMode: "private",
    CapDrop: ["ALL"],
    ReadonlyRootfs: true,
    SecurityOpt: ["no-new-privileges:true", "seccomp={}"],
  });
  for (const name of ["Privileged", "CapAdd", "Devices", "PidMode", "Binds", "Runtime"]) expect(HostConfig).not.toHaveProperty(name);
});

test("limits memory with swap, processor, processes, files and folders in memory", () => {
  const { HostConfig } = containerOptions(plan);
  expect(HostConfig).toMatchObject({ Memory: 2 ** 30, MemorySwap: 2 ** 30, NanoCpus: 5e8, PidsLimit: 64, ShmSize: 2 ** 28 });
  expect(HostConfig?.Tmpfs).toEqual({ "/tmp": `rw,exec,nosuid,nodev,mode=1777,uid=600001,gid=600001,size=${2 ** 28}` });
  expect(HostConfig?.Ulimits).toContainEqual({ Name: "fsize", Soft: 2 ** 20, Hard: 2 ** 20 });
});

test("says whose it is by labels, and mounts what it is told to and nothing else", () => {
  const { Labels, HostConfig } = containerOptions({ ...plan, runtime: "runsc" });
  expect(Labels).toEqual({ "sheaf.kind": "kernel", "sheaf.session": "k_1", "sheaf.engine": "abc" });
  expect(HostConfig?.Mounts?.map((mount) => [mount.Type, mount.Target, mount.ReadOnly])).toEqual([
    ["bind", "/work", false],
    ["bind", "/etc/passwd", true],
  ]);
  expect(HostConfig?.Runtime).toBe("runsc");
});
