import { fail, ok, type Result } from "#lib/result.ts";
import { randomText } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import type { Lab, LabsDescription, StartLab } from "#server/ports/kernels.ts";
import { isHomeName, isInside } from "../process/labs.ts";
import type { Ground } from "./ground.ts";
import { labOf } from "./lab-container.ts";
import { startLab } from "./start-lab.ts";

export type Labs = {
  describe(): LabsDescription;
  start(request: StartLab): Promise<Result<Lab>>;
  /** Names of those that live, for a sweep to leave alone. */
  living(): readonly string[];
  close(): Promise<void>;
};

/** JupyterLabs as containers. `noImage`: why there is no image for them, where there is none. */
export function createLabs(ground: Ground, noImage: string | null, log: Logger): Labs {
  const live = new Map<string, Lab>();
  let closed = false;

  const start = async (request: StartLab): Promise<Result<Lab>> => {
    const image = ground.images.lab;
    if (image === null) return fail("unavailable", "Labs cannot be opened on this server: their image is not there.");
    const name = `lab_${randomText(16)}`;
    const started = await startLab(ground, image, name, request, log);
    if (!started.ok) return started;
    const lab = labOf(started.value, request);
    live.set(name, lab);
    void lab.exited
      .then(() => lab.kill())
      .catch((error: unknown) => log.warn({ err: error, name }, "a lab was not cleaned up"))
      .finally(() => live.delete(name));
    return ok(lab);
  };
  return {
    describe() {
      if (noImage !== null) return { works: false, how: `Labs cannot be opened: ${noImage}`, warm: false, waiting: 0 };
      const how = `Each lab runs in a container as the person's own uid, sees the person's home and nothing else of this machine, and ${ground.networks ? "has a network of the person's own, which leads outside" : "has no network"}. None waits beforehand: a container gets its home when it is made.`;
      return { works: true, how, warm: false, waiting: 0 };
    },
    async start(request) {
      if (closed) return fail("unavailable", "The server is stopping.");
      if (ground.isRoot && request.person.uid === null) return fail("unavailable", "This account has no user id on this server.");
      if (!isHomeName(request.person.username) || !isInside(request.folder)) return fail("invalid", "This folder cannot be opened.");
      return start(request);
    },
    living: () => [...live.keys()],
    async close() {
      closed = true;
      await Promise.all([...live.values()].map((lab) => lab.kill()));
    },
  };
}
