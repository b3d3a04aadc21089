import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { loadConfig } from "#server/config.ts";
import { openServices } from "#server/container.ts";
import type { Context } from "#server/context.ts";
import { createUser } from "#server/usecases/create-user.ts";
import { importProject } from "#server/usecases/import-project.ts";
import { publishWorksheet } from "#server/usecases/publish-worksheet.ts";
import { growLibrary } from "#tests/grow-library.ts";
import { runningDatabaseUrl } from "#tests/running-database.ts";
import type { TestWorksheet } from "./worksheets/notebook.ts";
import { testWorksheets } from "./worksheets/worksheets.ts";

const author = { username: "journeys", password: "brings what the tests need", displayName: "The journeys" };
const areaSlug = "journeys";
const publishSeconds = 180;

/**
 * Brings the journeys' worksheets into a running server through the use-cases that a person's own project goes through,
 * and waits until their first results are there.
 */
export async function importWorksheets(dataFolder: string, onlySlugs?: readonly string[]): Promise<void> {
  const databaseUrl = await runningDatabaseUrl(dataFolder);
  await makeArea(databaseUrl);
  const config = loadConfig({ SHEAF_DATA: dataFolder, DATABASE_URL: databaseUrl, SHEAF_LOG_LEVEL: "warn" });
  const services = await openServices(config, "journeys");
  try {
    const ctx: Context = { ...services, actor: { kind: "system" }, requestId: "journeys" };
    const chosen = testWorksheets().filter(({ slug }) => onlySlugs === undefined || onlySlugs.includes(slug));
    await createUser(ctx.store, author, "author");
    for (const worksheet of chosen) await importOne(ctx, worksheet);
    for (const { slug } of chosen) await waitForResult(ctx, slug);
  } finally {
    await services.close();
  }
}

/** Areas are the library's own; a server without the demo library has none. */
async function makeArea(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql`insert into areas (slug, title, description, position) values (${areaSlug}, 'Journeys', 'Worksheets that the tests bring along.', 999) on conflict do nothing`;
  await sql.end();
}

async function importOne(ctx: Context, { slug, title, summary, files }: TestWorksheet): Promise<void> {
  const owner = await ctx.store.findUserByName(author.username);
  if (!owner) throw new Error("The worksheets' author is missing.");
  const bytes = new Map([...files].map(([path, text]) => [path, new TextEncoder().encode(text)]));
  const project = { owner, slug, title, description: summary, type: "worksheet", areaSlug, visibility: "public", files: bytes } as const;
  const imported = await importProject(ctx, project);
  if (!imported.ok) throw new Error(`${slug}: ${imported.failure.message}`);
  const published = await publishWorksheet(ctx, { projectId: imported.value.projectId, notebookPath: `${slug}.ipynb`, summary, tags: ["journey"] });
  if (!published.ok) throw new Error(`${slug}: ${published.failure.message} ${JSON.stringify(published.failure.fields ?? {})}`);
  if (published.value.slug !== slug) throw new Error(`${slug} was published as ${published.value.slug}.`);
}

async function waitForResult(ctx: Context, slug: string): Promise<void> {
  const giveUpAt = Date.now() + publishSeconds * 1000;
  while (Date.now() < giveUpAt) {
    const row = await ctx.store.findWorksheet(slug);
    if (row?.worksheet.currentVersionId) return;
    await sleep(200);
  }
  throw new Error(`${slug} was not published in ${publishSeconds} s: its run did not succeed.`);
}

const [folder] = process.argv.slice(2);
if (import.meta.main && folder) {
  await importWorksheets(folder);
  // Enough rows for a second page of every list; a copy costs no kernel.
  console.log(`${await growLibrary(await runningDatabaseUrl(folder), 60)} worksheets in the library`);
}
