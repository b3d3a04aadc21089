import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import type { BuildEnvironment } from "#server/ports/environments.ts";
import { packFolder } from "../../kernels/process/pack-files.ts";
import type { BuildEnd } from "./run-build.ts";
import { createLineSplitter } from "./split-lines.ts";
import { writeSources } from "./write-context.ts";

/** `socketPath`: of the container engine, on the machine that it runs on. */
export type Repo2docker = { readonly image: string; readonly socketPath: string };
type Site = { readonly engine: Docker; readonly repo2docker: Repo2docker | null };

/** repo2docker itself needs little; what it starts is the engine's. */
const ownMemoryBytes = 512 * 1024 * 1024;
const repository = "/repository";

/**
 * Lets repo2docker build, in a container of its own that has the engine's socket and no network, and runs nothing of the
 * project itself: that happens in the build that it asks the engine for.
 */
export async function runRepo2docker({ engine, repo2docker }: Site, request: BuildEnvironment, name: string, folder: string): Promise<BuildEnd> {
  if (!repo2docker) throw new Error("repo2docker is not configured.");
  const place = path.join(folder, "repository");
  await mkdir(path.join(place, repository), { recursive: true });
  await writeSources(path.join(place, repository), request.sources);
  request.onPhase("base");
  const container = await engine.createContainer({
    Image: repo2docker.image,
    Cmd: commandOf(request, name),
    Labels: { "sheaf.kind": "build" },
    Tty: false,
    HostConfig: {
      NetworkMode: "none",
      Memory: ownMemoryBytes,
      MemorySwap: ownMemoryBytes,
      PidsLimit: 256,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Binds: [`${repo2docker.socketPath}:/var/run/docker.sock`],
    },
  });
  try {
    await container.putArchive(Readable.from(packFolder(place)) as unknown as NodeJS.ReadableStream, { path: "/" });
    return await follow(engine, container, request);
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

function commandOf({ limits }: BuildEnvironment, name: string): string[] {
  const who = ["--user-id", "1000", "--user-name", "builder"];
  return ["jupyter-repo2docker", "--no-run", ...who, "--image-name", name, "--build-memory-limit", String(limits.memoryBytes), repository];
}

async function follow(engine: Docker, container: Docker.Container, { limits, signal, onPhase, onLine }: BuildEnvironment): Promise<BuildEnd> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  let end: BuildEnd | null = null;
  const stop = (why: BuildEnd): void => {
    end ??= why;
    void container.kill().catch(() => undefined);
  };
  const onStopped = (): void => stop("stopped");
  const timer = setTimeout(() => stop("took_too_long"), limits.seconds * 1000);
  signal.addEventListener("abort", onStopped, { once: true });
  if (signal.aborted) stop("stopped");
  const lines = createLineSplitter((line) => {
    if (/^Step \d+\/\d+ :/.test(line)) onPhase("dockerfile");
    if (line.trim() !== "") onLine(line);
  });
  const sink = { write: (chunk: Buffer) => lines.add(chunk.toString()) };
  engine.modem.demuxStream(stream, sink as unknown as NodeJS.WritableStream, sink as unknown as NodeJS.WritableStream);
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    lines.end();
    return end ?? (StatusCode === 0 ? "done" : "failed");
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onStopped);
  }
}
