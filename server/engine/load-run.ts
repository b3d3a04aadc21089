import type { RepositoryId, UploadId } from "#lib/domain/ids.ts";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Services } from "#server/context.ts";
import type { MadeEnvironment } from "#server/ports/environments.ts";
import type { Run, WorksheetVersion } from "#server/ports/store.ts";
import type { Checkouts } from "./checkouts.ts";

/** What never changes about a version; kept in memory for the worksheets that people run. */
export type LoadedVersion = {
  readonly version: WorksheetVersion;
  readonly worksheet: { readonly id: string; readonly slug: string; readonly title: string };
  readonly repositoryId: RepositoryId;
  /** Folder with the commit's files. */
  readonly checkout: string;
  readonly notebook: Notebook;
};
export type GivenUpload = { readonly parameter: string; readonly name: string; readonly digest: string; readonly bytes: Uint8Array };

const maxNotebookBytes = 50 * 1024 * 1024;
const remembered = 64;

export type VersionLoader = (versionId: Run["versionId"]) => Promise<Result<LoadedVersion>>;

export function createVersionLoader({ store, forge }: Pick<Services, "store" | "forge">, checkouts: Checkouts): VersionLoader {
  const known = new Map<string, Promise<Result<LoadedVersion>>>();

  const load = async (versionId: Run["versionId"]): Promise<Result<LoadedVersion>> => {
    const version = await store.findVersion(versionId);
    const row = version && (await store.findWorksheet(version.worksheetId));
    const repositoryId = row?.project.repositoryId;
    if (!version || !row || !repositoryId) return fail("not_found", "This worksheet is not there any more.");
    const [checkout, content] = await Promise.all([
      checkouts.get(repositoryId, version.commit),
      forge.readFile(repositoryId, version.commit, version.notebookPath, maxNotebookBytes),
    ]);
    if (!checkout.ok) return checkout;
    if (!content.ok) return content;
    const notebook = parseNotebook(new TextDecoder().decode(content.value));
    if (!notebook.ok) return notebook;
    const { id, slug, title } = row.worksheet;
    return ok({ version, worksheet: { id, slug, title }, repositoryId, checkout: checkout.value, notebook: notebook.value });
  };

  return async (versionId) => {
    const before = known.get(versionId);
    known.delete(versionId);
    const loading = before ?? load(versionId);
    known.set(versionId, loading);
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break;
      known.delete(oldest);
    }
    try {
      const loaded = await loading;
      if (!loaded.ok) known.delete(versionId);
      // Asked again, so that the files stay while the worksheet is in use, and come back if they were swept.
      else if (before) {
        const checkout = await checkouts.get(loaded.value.repositoryId, loaded.value.version.commit);
        return checkout.ok ? ok({ ...loaded.value, checkout: checkout.value }) : checkout;
      }
      return loaded;
    } catch (error) {
      known.delete(versionId);
      throw error;
    }
  };
}

/** The files that people gave, with their content; a failure names the parameter. */
export async function loadUploads(store: Pick<Services["store"], "findUpload">, run: Run): Promise<Result<readonly GivenUpload[]>> {
  const given: GivenUpload[] = [];
  for (const [parameter, value] of Object.entries(run.values)) {
    if (typeof value !== "object" || value === null || !("upload" in value)) continue;
    const upload = await store.findUpload(value.upload as UploadId);
    if (!upload) return fail("not_found", `The file for “${parameter}” is not kept any more. Give it again.`);
    given.push({ parameter, name: upload.name, digest: upload.digest, bytes: upload.bytes });
  }
  return ok(given);
}

/** What the version is pinned to; null: the site's own environment, as it is when it runs. */
export function environmentOf({ environmentBuildId, environmentName, environmentDigest }: WorksheetVersion): MadeEnvironment | null {
  return environmentBuildId === null ? null : { name: environmentName, digest: environmentDigest };
}
