import { expect, test } from "vitest";
import type { RepositoryId } from "#lib/domain/ids.ts";
import { engineSite, okValue } from "#tests/engine.ts";
import { importProject } from "./import-project.ts";
import { sweepRepositories } from "./sweep-projects.ts";

test("a repository that a crash left without a project goes after an hour, and no other does", async () => {
  const site = await engineSite({ SHEAF_LOG_LEVEL: "error" });
  try {
    const { services, ctx, owner } = site;
    const files = new Map([["a.txt", new TextEncoder().encode("a")]]);
    const kept = okValue(
      await importProject(ctx, { owner, slug: "kept", title: "Kept", description: "", type: "worksheet", areaSlug: "ecology", visibility: "public", files }),
    );
    const orphan = okValue(await services.forge.createRepository("ada/orphan"));
    const ids = async (): Promise<RepositoryId[]> => okValue(await services.forge.listRepositories()).repositories.map((one) => one.id);
    await sweepRepositories(services);
    expect(new Set(await ids())).toEqual(new Set([kept.repositoryId, orphan]));
    await sweepRepositories({ ...services, now: () => new Date(Date.now() + 2 * 3_600_000) });
    expect(await ids()).toEqual([kept.repositoryId]);
  } finally {
    await site.close();
  }
});
