import { type HomeEntryView, uploadPieceBytes } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { FileStamp } from "#server/ports/homes.ts";
import { homeEntryView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

export type WriteHomeFile = {
  readonly path: string;
  readonly content: ReadableStream<Uint8Array> | Uint8Array;
  /** Only over this very file; null: only where there is none. */
  readonly ifStamp?: string | null;
};

/** Makes or replaces a file of one's own home. Larger files come in pieces, which a cut does not take back. */
export async function writeHomeFile(ctx: Context, input: WriteHomeFile): Promise<Result<HomeEntryView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const { path, content, ifStamp } = input;
  const written = await ctx.homes.write(home.value, path, content, {
    limitBytes: uploadPieceBytes,
    ...(ifStamp === undefined ? {} : { ifStamp: ifStamp as FileStamp | null }),
  });
  return written.ok ? ok(homeEntryView(written.value)) : written;
}
