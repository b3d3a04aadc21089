import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { readImport } from "#server/next/read-import.ts";
import { importAddress } from "#server/usecases/import-address.ts";
import { admitImport, importArchive } from "#server/usecases/import-archive.ts";

export const POST = endpoint(operations.importProject, async ({ ctx, request, query }) => {
  const admitted = admitImport(ctx);
  if (!admitted.ok) return admitted;
  const given = await readImport(ctx, request, query, admitted.value.limitBytes);
  if (!given.ok) return given;
  const made = given.value.kind === "address" ? await importAddress(ctx, given.value.address) : await importArchive(ctx, given.value.archive);
  return made.ok ? { result: ok(made.value), headers: { location: routes.api.project(made.value.id) } } : made;
});
