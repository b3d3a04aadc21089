import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { emptyPlan } from "#lib/domain/environment.ts";
import { loadConfig } from "#server/config.ts";
import type { BuildOutcome, MadeEnvironment } from "#server/ports/environments.ts";
import { findOwnEngine, killOwnEngine, startOwnEngine } from "#tests/docker-engine.ts";
import { openEngine } from "../../kernels/docker/engine.ts";
import { dockerKernelsIn } from "../../kernels/docker/test-options.ts";
import { labIn } from "../lab-for-a-test.ts";
import { make, ready } from "../make-for-a-test.ts";
import { serveRPackage } from "../r-archive-for-a-test.ts";
import { makeWheel, serveIndex } from "../wheel-for-a-test.ts";
import { dockerEnvironments, hasImage, removeTestFolders, testOptions, whyNoBuilds } from "./site-for-a-test.ts";

const options = testOptions();
const environments = dockerEnvironments(options);
const engine = openEngine(options.docker.address);
const hasMicromamba = whyNoBuilds === null && (await hasImage(options.builds.micromamba));
const repo2docker = loadConfig().builds.repo2docker ?? "quay.io/jupyterhub/repo2docker:main";
const hasRepo2docker = whyNoBuilds === null && (await hasImage(repo2docker));
const ownEngine = whyNoBuilds === null ? await findOwnEngine() : null;
if (!hasMicromamba) console.log(`skipped: the image ${options.builds.micromamba} is not here, so that environment.yml is not built`);
if (!hasRepo2docker) console.log(`skipped: the image ${repo2docker} is not here, so that repo2docker does not build`);

afterAll(async () => {
  if (whyNoBuilds === null) await environments.collect(new Set());
  removeTestFolders();
});

/** Containers of steps of builds. */
async function stepsLeft(): Promise<string[]> {
  return (await engine.listContainers({ all: true, filters: JSON.stringify({ label: ["sheaf.kind=build"] }) })).map(({ Id }) => Id);
}

/** What a program prints in an environment, under the protections of a kernel. */
async function runIn({ digest }: MadeEnvironment, ...command: string[]): Promise<string> {
  const out = new PassThrough();
  const said: Buffer[] = [];
  out.on("data", (chunk: Buffer) => said.push(chunk));
  const HostConfig = { NetworkMode: "none", ReadonlyRootfs: true, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges:true"], Tmpfs: { "/tmp": "mode=1777" } };
  const [, container] = (await engine.run(digest, command, out, {
    Entrypoint: ["/usr/bin/tini", "--", "/opt/sheaf/enter"],
    User: "612345:612345",
    Env: ["PATH=/usr/bin:/bin"],
    HostConfig,
  })) as [unknown, { remove(): Promise<void> }];
  await container.remove();
  return Buffer.concat(said).toString().trim();
}

function made(outcome: BuildOutcome, lines: readonly string[] = []): Extract<BuildOutcome, { kind: "ready" }> {
  if (outcome.kind !== "ready") throw new Error([outcome.message, ...lines.slice(-20)].join("\n"));
  return outcome;
}
const failed = (outcome: BuildOutcome): string => (outcome.kind === "failed" ? outcome.message : outcome.kind);

describe.skipIf(whyNoBuilds !== null)("environments as images", () => {
  test("has packages of Debian, a wheel of the project and one of an archive, and what postBuild and start do", async () => {
    const wheel = makeWheel("brought", "1.0");
    const index = await serveIndex([makeWheel("fetched", "2.1", { requires: ["needed>=1"] }), makeWheel("needed", "1.5")]);
    const local = dockerEnvironments({ ...options, builds: { ...options.builds, pipIndex: index.url } });
    const files = {
      "binder/apt.txt": "hello # a small one\n",
      "binder/requirements.txt": `fetched==2.*\n../wheels/${wheel.fileName}\n`,
      [`wheels/${wheel.fileName}`]: wheel.bytes,
      "binder/postBuild":
        "#!/bin/sh\nset -e\nid -un > /opt/sheaf/environment/who\npython3 -c 'import brought'\nif touch /usr/local/bin/x 2>/dev/null; then exit 3; fi\n",
      "binder/start": '#!/bin/sh\nexport GREETING="from start as $(id -u)"\nexec "$@"\n',
      "notebook.ipynb": "{}",
    };
    try {
      const first = await make(local, files);
      const { environment, bytes } = made(first.outcome, first.lines);
      expect(first.phases).toEqual(["base", "system", "python", "post_build", "checking"]);
      expect(first.lines.join("\n")).toContain("Successfully installed brought-1.0 fetched-2.1 needed-1.5");
      expect(environment.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      const program =
        "import brought, fetched, needed, numpy, os; print(brought.answer, fetched.answer, needed.answer, os.environ['GREETING'], open('/opt/sheaf/environment/who').read().strip())";
      expect(await runIn(environment, "python3", "-c", program)).toBe("brought 1.0 fetched 2.1 needed 1.5 from start as 612345 builder");
      expect(await runIn(environment, "hello")).toBe("Hello, world!");
      const again = await make(local, { ...files, "notebook.ipynb": '{"changed": true}' });
      expect(made(again.outcome).environment).toEqual(environment);
      expect(again.lines).toEqual([]);
      console.log(`built in ${first.ms} ms, found again in ${again.ms} ms, ${Math.round(bytes / 1e6)} MB with its base`);
    } finally {
      await index.close();
    }
  }, 600_000);

  test("need not be made of what the site's own image has", async () => {
    const { debian, python, r } = await environments.inventory();
    expect(debian["python3-numpy"]).toBeDefined();
    expect(python["scikit-learn"]).toMatch(/^\d/);
    expect(r).toEqual(expect.arrayContaining(["ggplot2", "IRkernel"]));
  });

  test("is what a lab's kernels find first", async () => {
    const wheel = makeWheel("inlab", "1.0");
    const environment = ready(await make(environments, { "requirements.txt": wheel.fileName, [wheel.fileName]: wheel.bytes }));
    const folder = await mkdtemp(path.join(os.tmpdir(), "lab-in-"));
    const kernels = await dockerKernelsIn(`${folder}/data`);
    try {
      const said = await labIn(kernels, folder, environment, "import inlab, sys; print(inlab.answer, sys.prefix)");
      expect(said).toBe("inlab 1.0 /opt/sheaf/environment\n");
    } finally {
      await kernels.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 300_000);

  test("runs install.R with packages of an archive, and says which one R only warned about", async () => {
    const archive = await serveRPackage("tiny", "1.2");
    const local = dockerEnvironments({ ...options, builds: { ...options.builds, cran: archive.url } });
    try {
      const { outcome, phases, lines } = await make(local, { "install.R": 'install.packages("tiny")\n' });
      expect(phases).toContain("r");
      expect(await runIn(made(outcome, lines).environment, "Rscript", "-e", "cat(tiny::answer())")).toBe("tiny 1.2");
    } finally {
      await archive.close();
    }
    const missing = await make(environments, { "install.R": 'if (FALSE) install.packages("notHere")\n' });
    expect(failed(missing.outcome)).toContain("R has no package notHere after install.R was run");
  }, 300_000);

  test("builds the project's own Dockerfile, and looks whether a kernel can be started in it", async () => {
    const dockerfile =
      "ARG SHEAF_BASE\nFROM $SHEAF_BASE\nENV PATH=/opt/own/bin:/usr/bin:/bin\nCOPY data.txt /opt/own/\nRUN mkdir -p /opt/own/bin && cp /bin/echo /opt/own/bin/own-echo\n";
    const { outcome, phases } = await make(environments, { Dockerfile: dockerfile, "data.txt": "given" });
    expect(phases.slice(0, 2)).toEqual(["dockerfile", "base"]);
    expect(await runIn(made(outcome).environment, "sh", "-c", "own-echo $(cat /opt/own/data.txt)")).toBe("given");
    const without = await make(environments, {
      Dockerfile: "ARG SHEAF_BASE\nFROM $SHEAF_BASE\nRUN rm -r /usr/lib/python3/dist-packages/ipykernel /usr/lib/R/site-library/IRkernel\n",
    });
    expect(failed(without.outcome)).toContain("Neither Python with ipykernel nor R with IRkernel");
  }, 300_000);

  test("says what failed, with the last lines in its log", async () => {
    const nobody = await make(environments, { "apt.txt": "no-such-package-anywhere" });
    expect(failed(nobody.outcome)).toContain("failed while packages of Debian were installed. Debian has no package “no-such-package-anywhere”");
    const broken = await make(environments, { postBuild: 'echo first\necho "last word" >&2\nexit 7\n' });
    expect(failed(broken.outcome)).toContain("failed while postBuild was run");
    expect(broken.lines).toEqual(expect.arrayContaining(["first", "last word"]));
    const full = await make(environments, { postBuild: "cp /etc/passwd /dev/full\n" });
    expect(failed(full.outcome)).toContain("The disk was full.");
    const absent = await make(environments, { Dockerfile: "FROM localhost:1/nothing:here\n" });
    expect(failed(absent.outcome)).toMatch(/in the project's Dockerfile\./);
  }, 300_000);

  test("without a network asks no archive of Python, and says at once what is not there", async () => {
    const alone = dockerEnvironments(testOptions({}, { SHEAF_BUILD_NETWORK: "none" }));
    const { outcome, lines } = await make(alone, { "requirements.txt": "no-such-package-anywhere\n" });
    expect(failed(outcome)).toContain("has “no-such-package-anywhere” for this Python");
    expect(lines.join("\n")).not.toContain("Retrying");
  }, 120_000);

  test("ends a build that takes too long, writes too much, starts too many processes, or uses too much memory", async () => {
    const slow = await make(environments, { postBuild: "sleep 600\n" }, { limits: { seconds: 5 } });
    expect(failed(slow.outcome)).toContain("took longer than");
    const large = await make(environments, { postBuild: "head -c 300M /dev/zero > /opt/sheaf/environment/a\nsleep 600\n" }, { limits: { diskBytes: 100e6 } });
    expect(failed(large.outcome)).toMatch(/larger than|File too large|failed while postBuild/);
    const parts = "for i in 1 2 3 4; do head -c 60M /dev/urandom > /opt/sheaf/environment/$i; done\nsleep 600\n";
    expect(failed((await make(environments, { postBuild: parts }, { limits: { diskBytes: 100e6 } })).outcome)).toContain("is larger than");
    const many = "ARG SHEAF_BASE\nFROM $SHEAF_BASE\nRUN sleep 1; i=0; while [ $i -lt 700 ]; do sleep 60 & i=$((i+1)); done; echo all-there\n";
    const crowd = await make(environments, { Dockerfile: many });
    expect(failed(crowd.outcome)).toContain("failed in the project's Dockerfile");
    expect(crowd.lines.join("\n")).toContain("Cannot fork");
    const hungry = await make(environments, { postBuild: "python3 -c 'x = bytearray(2 * 10**9)'\n" }, { limits: { memoryBytes: 256 * 1024 * 1024 } });
    expect(failed(hungry.outcome)).toContain("failed while postBuild was run");
  }, 300_000);

  test("has a network of its own, without this machine's loopback", async () => {
    const name = "sheaf-tests";
    const apart = dockerEnvironments(testOptions({}, { SHEAF_BUILD_NETWORK: name }));
    const index = await serveIndex([]);
    const port = new URL(index.url).port;
    const look = `python3 -c "import socket; print(socket.create_connection(('127.0.0.1', ${port}), 3))" && echo reached; cat /proc/net/dev; exit 0\n`;
    try {
      const { outcome, lines } = await make(apart, { postBuild: look });
      made(outcome, lines);
      expect(lines).not.toContain("reached");
      expect(lines.flatMap((line) => /^\s*(\w+): +\d+ /.exec(line)?.[1] ?? [])).toEqual(["lo", "eth0"]);
      expect(await engine.getNetwork(name).inspect()).toMatchObject({ Options: { "com.docker.network.bridge.name": name } });
    } finally {
      await index.close();
      await apart.collect(new Set());
      await engine.getNetwork(name).remove();
    }
  }, 120_000);

  test("leaves nothing behind when it is stopped", async () => {
    const stopping = new AbortController();
    const { outcome } = await make(
      environments,
      { postBuild: "echo going\nsleep 600\n" },
      { signal: stopping.signal, onLine: (line) => line === "going" && stopping.abort() },
    );
    expect(outcome.kind).toBe("interrupted");
    await expect.poll(stepsLeft, { timeout: 30_000 }).toEqual([]);
  }, 120_000);

  test.skipIf(ownEngine === null)(
    "is begun again when the container engine was killed meanwhile, and found when only the word of it was lost",
    async () => {
      const own = await findOwnEngine();
      if (!own) throw new Error("The tests' own engine is gone.");
      const going = Promise.withResolvers<void>();
      const files = { postBuild: "echo going\nsleep 20\n" };
      const first = make(environments, files, { onLine: (line) => line === "going" && going.resolve() });
      await going.promise;
      await killOwnEngine(own);
      expect((await first).outcome.kind).toBe("interrupted");
      await startOwnEngine(own);
      // What the sweep removes an hour later, when nobody can be at it any more.
      for (const id of await stepsLeft()) await engine.getContainer(id).remove({ force: true });
      const second = await make(environments, files);
      expect(made(second.outcome, second.lines).environment.digest).toMatch(/^sha256:/);
      expect((await make(environments, files)).lines).toEqual([]);
    },
    300_000,
  );

  test("keeps what is used and removes the rest, but nobody else's", async () => {
    const one = await make(environments, { postBuild: "true\n" });
    const other = await make(environments, { postBuild: "true # another\n" });
    const stranger = dockerEnvironments(testOptions());
    expect(await stranger.collect(new Set())).toBe(0);
    await environments.collect(new Set([one.key]));
    expect(await environments.has(made(one.outcome).environment)).toBe(true);
    expect(await environments.has(made(other.outcome).environment)).toBe(false);
  }, 120_000);

  test.skipIf(!hasMicromamba)(
    "builds environment.yml with micromamba",
    async () => {
      const { outcome } = await make(environments, { "environment.yml": "channels: [conda-forge]\ndependencies: [python=3.12]\n" });
      expect(await runIn(made(outcome).environment, "python3", "-V")).toContain("3.12");
    },
    900_000,
  );

  test.skipIf(!hasRepo2docker)(
    "lets repo2docker build where it is configured",
    async () => {
      const site = dockerEnvironments({ ...options, builds: { ...options.builds, repo2docker } });
      const { outcome } = await make(site, { "requirements.txt": "six\n" });
      expect(await runIn(made(outcome).environment, "python3", "-c", "import six; print(1)")).toBe("1");
    },
    1_800_000,
  );
});

describe("without what it needs", () => {
  const absent = { ...options, docker: { ...options.docker, address: "unix:///nowhere/docker.sock" } };

  test("says that no container engine answers, and waits for one", async () => {
    const { works, how } = await dockerEnvironments(absent).describe();
    expect(works).toBe(false);
    expect(how).toContain("No container engine answers at unix:///nowhere/docker.sock. Start it");
    const plan = { ...emptyPlan, aptPackages: ["hello"] };
    const request = {
      buildId: "b",
      key: "sha256:0" as never,
      plan,
      sources: new Map(),
      limits: options.builds.limits,
      signal: new AbortController().signal,
      onPhase: () => {},
      onLine: () => {},
    };
    expect((await dockerEnvironments(absent).build(request)).kind).toBe("interrupted");
  });

  test.skipIf(whyNoBuilds !== null)("says which image is missing", async () => {
    const { works, how } = await dockerEnvironments({ ...options, baseImage: "sheaf/none:never" }).describe();
    expect(works).toBe(false);
    expect(how).toContain("The image sheaf/none:never is not there. Make it with ./sheaf images build");
  });
});
