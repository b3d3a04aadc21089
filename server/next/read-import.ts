import path from "node:path";
import type { z } from "zod";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { ImportAddress } from "#server/usecases/import-address.ts";
import type { ImportArchive } from "#server/usecases/import-archive.ts";
import { importAddressBody, importFields } from "./api/project-schemas.ts";
import { readJson } from "./read-body.ts";
import { receiveFiles } from "./receive-files.ts";

type Given = { readonly kind: "address"; readonly address: ImportAddress } | { readonly kind: "archive"; readonly archive: ImportArchive };
type Query = Omit<ImportArchive, "files" | "dispose">;

/** What is to be imported, as it was sent: JSON names an address, anything else is files. */
export async function readImport(ctx: Context, request: Request, query: Query, limitBytes: number): Promise<Result<Given>> {
  if (/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    const json = await readJson(request, 64 * 1024);
    if (!json.ok) return json;
    const parsed = importAddressBody.safeParse(json.value);
    return parsed.success ? ok({ kind: "address", address: parsed.data }) : misread(parsed.error);
  }
  const whom = ctx.actor.kind === "user" ? ctx.actor.userId : "";
  const received = await receiveFiles(request, { folder: path.join(ctx.config.dataFolder, "temporary"), limitBytes, whom });
  if (!received.ok) return received;
  const { files, fields, dispose } = received.value;
  const parsed = importFields.safeParse(fields);
  if (!parsed.success) {
    await dispose();
    return misread(parsed.error);
  }
  const given = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
  return ok({ kind: "archive", archive: { ...query, ...given, files, dispose } });
}

function misread(error: z.ZodError): Result<never> {
  const fields = Object.fromEntries(error.issues.map((issue) => [issue.path.join(".") || "body", issue.message]));
  return fail("invalid", "This request is not as the API's document says.", { fields });
}
