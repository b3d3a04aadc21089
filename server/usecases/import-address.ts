import type { MadeProject } from "#lib/domain/project.ts";
import type { ProjectType, Visibility } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { mayMake, wordsProblem } from "./make-checks.ts";
import { makeProject } from "./make-project.ts";
import { removeAttempt } from "./show-attempt.ts";

export type ImportAddress = {
  readonly url: string;
  /** Kept in memory only, as long as the import goes on. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  readonly title?: string | undefined;
  readonly type?: ProjectType | undefined;
  readonly visibility?: Visibility | undefined;
  readonly description?: string | undefined;
  readonly areaSlug?: string | undefined;
  /** An attempt of one's own that failed, whose place this one takes. */
  readonly insteadOf?: string | undefined;
};

/** Makes a project from a git address. Answers at once; the import goes on, and the project's row says how far it is. */
export async function importAddress(ctx: Context, input: ImportAddress): Promise<Result<MadeProject>> {
  const maker = await mayMake(ctx);
  if (!maker.ok) return maker;
  const address = readAddress(input.url);
  if (!address.ok) return address;
  const { url, title: named, credentials: written } = address.value;
  const problem = wordsProblem(input);
  if (problem) return problem;
  const owner = maker.value;
  if (input.insteadOf !== undefined) await removeAttempt(ctx, { projectId: input.insteadOf });
  const { projects } = ctx.config;
  const row = { owner, title: input.title?.trim() ?? named, type: input.type ?? "notebook", visibility: input.visibility ?? "private" } as const;
  return makeProject(ctx, { ...row, importUrl: withoutQuery(url), description: input.description, areaSlug: input.areaSlug }, async (making) => {
    const repository = await ctx.forge.createRepository(`${owner.username}/${making.projectId}`);
    if (!repository.ok) return repository;
    await making.keepRepository(repository.value);
    const imported = await ctx.forge.importFrom(repository.value, {
      url,
      credentials: input.credentials ?? written,
      limitBytes: projects.importBytes,
      timeoutSeconds: projects.importSeconds,
      signal: making.signal,
      onProgress: making.report,
    });
    return imported.ok ? ok({}) : imported;
  });
}

/** What may be written down: some write a token where a query stands. */
function withoutQuery(address: string): string {
  const url = new URL(address);
  url.search = "";
  return url.href;
}

type Address = { readonly url: string; readonly title: string; readonly credentials: ImportAddress["credentials"] | null };

/** A name and password that somebody wrote into the address are taken out of it: addresses end up in logs. */
function readAddress(text: string): Result<Address & { credentials: { username: string; password: string } | null }> {
  const wrong = (words: string) => fail("invalid", words, { fields: { url: words } });
  const given = text.trim();
  if (!URL.canParse(given)) return wrong("This is not an address. Give one such as https://github.com/owner/name.");
  const url = new URL(given);
  if (url.protocol !== "https:" && url.protocol !== "http:") return wrong("Give an address that begins with https://.");
  const [username, password] = [decoded(url.username), decoded(url.password)];
  url.username = "";
  url.password = "";
  url.hash = "";
  const name = decoded(url.pathname.split("/").findLast((part) => part !== "") ?? "").replace(/\.git$/i, "");
  const title = name.replace(/[-_]+/g, " ").trim() || url.hostname;
  return ok({
    url: url.href,
    title: `${title.charAt(0).toUpperCase()}${title.slice(1)}`.slice(0, 200),
    credentials: username === "" ? null : { username, password },
  });
}

/** A percent sign that stands for itself is taken for that. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
