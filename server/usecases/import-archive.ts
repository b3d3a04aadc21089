import { open, readFile } from "node:fs/promises";
import type { MadeProject } from "#lib/domain/project.ts";
import type { ProjectType, Visibility } from "#lib/domain/worksheet.ts";
import { planImport } from "#lib/import-paths.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { type Archive, openArchive } from "#server/archives/read-zip.ts";
import type { Context } from "#server/context.ts";
import { commitFiles, type IncomingFile } from "./commit-files.ts";
import { guessWords } from "./guess-words.ts";
import { mayMake, mayNotMake, wordsProblem } from "./make-checks.ts";
import { makeProject } from "./make-project.ts";

/** A file that arrived, under the name it was sent with, and where it lies on this machine. */
export type ArrivedFile = { readonly name: string; readonly file: string; readonly bytes: number };
export type ImportArchive = {
  readonly files: readonly ArrivedFile[];
  /** Called once the files are not needed any more, however it ends. */
  readonly dispose: () => Promise<void>;
  readonly title?: string | undefined;
  readonly type?: ProjectType | undefined;
  readonly visibility?: Visibility | undefined;
  readonly description?: string | undefined;
  readonly areaSlug?: string | undefined;
};

export const maxImportFiles = 20_000;

/** Asked before a byte is read. */
export function admitImport(ctx: Context): Result<{ readonly limitBytes: number }> {
  if (ctx.actor.kind !== "user") return fail("unauthenticated", "Sign in to make a project.");
  if (!can(ctx.actor, "project:create", { groupRole: null, forSelf: true })) return mayNotMake(ctx.actor);
  return ok({ limitBytes: ctx.config.projects.importBytes });
}

/** Makes a project from a notebook, a zip archive or a folder of files. */
export async function importArchive(ctx: Context, input: ImportArchive): Promise<Result<MadeProject>> {
  let handedOver = false;
  const sources = await openSources(input.files);
  const end = async (): Promise<void> => {
    if (sources.ok) sources.value.close();
    await input.dispose();
  };
  try {
    if (!sources.ok) return sources;
    const maker = await mayMake(ctx);
    if (!maker.ok) return maker;
    const incoming = planFiles(ctx, sources.value);
    if (!incoming.ok) return incoming;
    const guessed = await guessWords(incoming.value, input.files[0]?.name ?? "");
    const title = input.title?.trim() || guessed.title;
    const problem = wordsProblem({ title, description: input.description });
    if (problem) return problem;
    const owner = maker.value;
    const row = { owner, title, type: input.type ?? guessed.type, visibility: input.visibility ?? "private", description: input.description?.trim() } as const;
    const made = await makeProject(ctx, { ...row, areaSlug: input.areaSlug }, async (making) => {
      handedOver = true;
      try {
        const repository = await ctx.forge.createRepository(`${owner.username}/${making.projectId}`);
        if (!repository.ok) return repository;
        await making.keepRepository(repository.value);
        return await commitFiles(ctx, repository.value, incoming.value, owner, making);
      } finally {
        await end();
      }
    });
    return made;
  } finally {
    if (!handedOver) await end();
  }
}

type Sources = Pick<Archive, "files" | "read" | "close">;

/** One archive is what is in it; anything else is itself. */
async function openSources(files: readonly ArrivedFile[]): Promise<Result<Sources>> {
  const [first] = files;
  if (!first) return fail("invalid", "Choose a notebook, an archive or a folder.", { fields: { files: "Choose a notebook, an archive or a folder." } });
  if (files.length === 1 && (await isZip(first))) return openArchive(first.file, first.bytes, maxImportFiles);
  if (files.length === 1 && /\.(?:tar|tgz|gz|bz2|xz|7z|rar)$/i.test(first.name))
    return fail("invalid", "Of archives only zip can be read. Pack the folder as a zip archive.", { fields: { files: "Of archives only zip can be read." } });
  return ok({
    files: files.map(({ name, bytes }) => ({ name, bytes, kind: "file" })),
    read: async (index) => ok(await readFile((files[index] as ArrivedFile).file)),
    close: () => {},
  });
}

async function isZip({ name, file }: ArrivedFile): Promise<boolean> {
  if (/\.ipynb$/i.test(name)) return false;
  if (/\.zip$/i.test(name)) return true;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.readUInt32BE(0) === 0x504b0304;
  } finally {
    await handle.close();
  }
}

function planFiles(ctx: Context, sources: Sources): Result<readonly IncomingFile[]> {
  const { fileBytes, importBytes } = ctx.config.projects;
  const planned = planImport(sources.files, { files: maxImportFiles, fileBytes, totalBytes: importBytes });
  if (!planned.ok) return planned;
  return ok(
    [...planned.value].map(([path, index]) => ({
      path,
      bytes: sources.files[index]?.bytes ?? 0,
      executable: sources.files[index]?.kind === "executable",
      read: () => sources.read(index),
    })),
  );
}
