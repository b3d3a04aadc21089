import { isId, type UploadId } from "#lib/domain/ids.ts";
import type { Parameter, Values } from "#lib/domain/parameter.ts";
import { formatBytes } from "#lib/format.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { UploadHead } from "#server/ports/store.ts";

export type ResolvedUploads = { readonly values: Values; readonly inputs: Readonly<Record<string, string>> };

/** The files that values name: there, not too large, and this actor's own. Names are those the files were sent with. */
export async function resolveUploads(ctx: Context, parameters: readonly Parameter[], values: Values): Promise<Result<ResolvedUploads>> {
  const given = parameters.flatMap((parameter) => {
    const value = values[parameter.name];
    return parameter.type === "file" && typeof value === "object" && value !== null && "upload" in value && isId("upload", value.upload)
      ? [{ parameter, id: value.upload }]
      : [];
  });
  if (given.length === 0) return ok({ values, inputs: {} });
  const uploads = new Map<UploadId, UploadHead>(
    (
      await ctx.store.findUploadHeads(
        given.map((one) => one.id),
        ctx.now(),
      )
    ).map((upload) => [upload.id, upload]),
  );
  const resolved: Record<string, Values[string]> = { ...values };
  const inputs: Record<string, string> = {};
  const fields: Record<string, string> = {};
  for (const { parameter, id } of given) {
    const upload = uploads.get(id);
    if (!upload || !isOwn(ctx, upload)) fields[parameter.name] = "This file is not there any more. Choose it again.";
    else if (upload.size > parameter.maxBytes) fields[parameter.name] = `This file is too large: ${formatBytes(parameter.maxBytes)} at most.`;
    else {
      resolved[parameter.name] = { upload: id, name: upload.name };
      inputs[parameter.name] = upload.digest;
    }
  }
  return Object.keys(fields).length > 0 ? fail("invalid", "A file cannot be used.", { fields }) : ok({ values: resolved, inputs });
}

function isOwn({ actor }: Context, upload: UploadHead): boolean {
  if (actor.kind === "user") return upload.ownerId === actor.userId;
  return actor.kind === "system" || (upload.ownerId === null && actor.visitorId !== null && upload.visitorId === actor.visitorId);
}
