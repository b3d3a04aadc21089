import { setTimeout as sleep } from "node:timers/promises";
import type { LabId } from "#lib/domain/ids.ts";
import type { LabView } from "#lib/domain/lab.ts";
import type { Actor } from "#lib/domain/person.ts";
import type { Context } from "#server/context.ts";
import type { LabRow } from "#server/ports/store.ts";
import { importProject } from "#server/usecases/import-project.ts";
import { openLab } from "#server/usecases/open-lab.ts";
import { type EngineSite, engineSite } from "./engine.ts";
import { type LabClient, labClient } from "./lab-client.ts";
import { person, value } from "./world.ts";

export type LabSite = Awaited<ReturnType<typeof labSite>>;

/** A site for engines, with projects of one author and the means to open labs on them as that person does. */
export async function labSite(settings: Readonly<Record<string, string>> = {}) {
  const site: EngineSite = await engineSite(settings);
  const clients: LabClient[] = [];
  const as = (actor: Actor): Context => ({ ...site.services, actor, requestId: "test" });
  const author = as(person(site.owner.id, site.owner.username, "author"));
  let projects = 0;

  const until = async (id: string, what: (lab: LabRow) => boolean, seconds = 60): Promise<LabRow> => {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const lab = await site.store.findLab(id as LabId).catch(() => null);
      if (lab && what(lab)) return lab;
      if (performance.now() > deadline) throw new Error(`lab ${id} is ${JSON.stringify(lab)} after ${seconds} s`);
      await sleep(20);
    }
  };
  const enter = (lab: LabRow): LabClient => {
    if (!lab.address || lab.secret === null) throw new Error(`The lab is ${lab.state}: ${lab.error}`);
    const client = labClient({ address: lab.address, secret: lab.secret });
    clients.push(client);
    return client;
  };

  return {
    ...site,
    as,
    author,
    until,
    enter,
    async project(files: Readonly<Record<string, string>> = { "notes.md": "# Notes\n" }): Promise<string> {
      projects += 1;
      const made = await importProject(site.ctx, {
        owner: site.owner,
        slug: `lab-project-${projects}`,
        title: `Lab project ${projects}`,
        description: "",
        type: "notebook",
        areaSlug: "ecology",
        visibility: "private",
        files: new Map(Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)])),
      });
      return value(made).projectId;
    },
    async open(projectId: string | null): Promise<{ view: LabView; lab: LabRow; client: LabClient }> {
      const view = value(await openLab(author, { projectId }));
      const lab = await until(view.id, (row) => row.state !== "queued" && row.state !== "starting");
      return { view, lab, client: enter(lab) };
    },
    async close(): Promise<void> {
      await Promise.all(clients.map((client) => client.close()));
      await site.close();
    },
  };
}
