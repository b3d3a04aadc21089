import { describe, expect, test } from "vitest";
import { kernelCommands, type Runtime } from "./runtime-shape.ts";
import { buildSandboxArguments, kernelCommand, type SandboxPlan } from "./sandbox-arguments.ts";

const runtime: Runtime = {
  root: "/cache/trixie",
  name: "trixie",
  digest: "sha256:0",
  languages: ["python"],
  commands: kernelCommands,
  fontList: "/cache/trixie/opt/sheaf/matplotlib/fontlist-v1.json",
};
const plan: SandboxPlan = {
  runtime,
  identity: { kind: "own", uid: 600_001 },
  limits: { memoryBytes: 1024 ** 3, cpus: 1.5, processes: 64, diskBytes: 1000 },
  hasControlGroup: true,
  workFolder: "/data/kernels/a/work",
  socketFolder: "/run/s/a",
  passwdFile: "/data/kernels/a/passwd",
  canLimitTmpfs: true,
  hostLinks: ["bin"],
  command: kernelCommand(runtime, "python", "/opt/sheaf/sockets/connection.json"),
};
const text = (changes: Partial<SandboxPlan> = {}): string => buildSandboxArguments({ ...plan, ...changes }).join(" ");

describe("the arguments of a sandbox", () => {
  test("unshare everything and end with the server", () => {
    for (const word of ["--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--clearenv"])
      expect(text().split(" ")).toContain(word);
  });

  test("let only the work folder and the sockets be written", () => {
    const args = buildSandboxArguments(plan);
    const writable = args.flatMap((argument, index) => (argument === "--bind" ? [args[index + 1]] : []));
    expect(writable).toEqual(["/run/s/a", "/data/kernels/a/work"]);
    expect(text()).toContain("--ro-bind /cache/trixie /");
  });

  test("drop to the kernel's own uid as root, and use a user namespace otherwise", () => {
    expect(text()).toContain("setpriv --reuid=600001 --regid=600001 --clear-groups --no-new-privs");
    expect(text()).not.toContain("--unshare-user");
    const ordinary = text({ identity: { kind: "ours" } });
    expect(ordinary).toContain("--unshare-user --uid 1000 --gid 1000 --cap-drop ALL");
    expect(ordinary).not.toMatch(/setpriv|cap-add/);
  });

  test("limit memory for each process where no control group does it", () => {
    expect(text()).not.toContain("--as=");
    expect(text({ hasControlGroup: false })).toContain(`--as=${1024 ** 3}`);
  });

  test("give every memory disk a size", () => {
    const sizes = text().match(/--perms 1777 --size \d+ --tmpfs \S+/g);
    expect(sizes).toHaveLength(text().split("--tmpfs").length - 1);
  });

  test("bind no folder of the host's configuration as a whole", () => {
    const host = buildSandboxArguments({ ...plan, runtime: { ...runtime, root: null } });
    expect(host.join(" ")).toContain("--ro-bind /usr /usr --symlink usr/bin /bin");
    for (const secret of ["/etc", "/etc/shadow", "/etc/ssl", "/root", "/home", "/var", "/"])
      expect(host.filter((_, index) => /^--(ro-)?bind/.test(host[index - 1] ?? ""))).not.toContain(secret);
  });
});
