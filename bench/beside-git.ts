import { against } from "./report.ts";
import { median, milliseconds, quantile, table, times } from "./statistics.ts";

/** Something that git's own commands do as well, measured in turn with them. */
export type BesideGit = { readonly name: string; readonly peer: string; readonly oursMs: readonly number[]; readonly peerMs: readonly number[] };

const ratio = ({ oursMs, peerMs }: BesideGit): number => median(peerMs) / median(oursMs);

/** The figures, and whether the aim was met. */
export function besideGit(measured: readonly BesideGit[]): readonly [figures: string, aim: string] {
  const rows = measured.map((one) => [
    one.name,
    milliseconds(median(one.oursMs)),
    milliseconds(quantile(one.oursMs, 0.95)),
    one.peer,
    milliseconds(median(one.peerMs)),
    times(ratio(one)),
  ]);
  const slower = measured.filter((one) => ratio(one) < 0.8).map((one) => one.name);
  const told = slower.length > 0 ? ` (slower: ${slower.join(", ")})` : "";
  return [table(["", "median", "p95", "beside", "median", "faster"], rows), against(`nothing slower than git's own commands${told}`, slower.length === 0)];
}
