import { jsonEqual } from "#lib/json-equal.ts";
import { mergeText } from "#lib/text/merge-text.ts";
import { areSameOutputs, attachmentsOf, differingKeys, isTransient } from "./compare-cells.ts";
import { mergeMetadata } from "./merge-metadata.ts";
import type { Cell } from "./nbformat.ts";

export type CodeCell = Extract<Cell, { cell_type: "code" }>;
type Ran = Pick<CodeCell, "outputs" | "execution_count">;

/**
 * `both`: the two sides cannot be one cell. `unrun`: lines of both are in it, so that neither side's outputs belong to it.
 * `contested`: metadata that both sides changed; the first one's word stands.
 */
export type MergedCell =
  | { readonly kind: "one"; readonly cell: Cell; readonly unrun: boolean; readonly contested: readonly string[] }
  | { readonly kind: "both" };

/** Whether somebody worked on a cell: its text, type, tags or attachments; running it again is no work. */
export function isEdited(base: Cell, cell: Cell): boolean {
  return (
    base.source !== cell.source ||
    base.cell_type !== cell.cell_type ||
    differingKeys(base.metadata, cell.metadata).length > 0 ||
    !jsonEqual(attachmentsOf(base), attachmentsOf(cell))
  );
}

/** One cell from what two sides made of it. `base` null: both added it. */
export function mergeCell(base: Cell | null, one: Cell, other: Cell): MergedCell {
  const type = chosen(base?.cell_type, one.cell_type, other.cell_type);
  const source = base ? mergeSources(base.source, one.source, other.source) : one.source === other.source ? one.source : null;
  const attached = mergeMetadata(base ? attachmentsOf(base) : {}, attachmentsOf(one), attachmentsOf(other));
  if (type === null || source === null || attached.contested.length > 0) return { kind: "both" };
  const metadata = mergeMetadata(base?.metadata ?? {}, one.metadata, other.metadata);
  const id = idOf(base, one, other);
  const common = { ...(id === undefined ? {} : { id }), metadata: metadata.value, source };
  const contested = metadata.contested.filter((key) => !isTransient(key.split(".")[0] ?? ""));
  if (type !== "code") {
    const attachments =
      Object.keys(attached.value).length > 0 ? { attachments: attached.value as NonNullable<Extract<Cell, { cell_type: "raw" }>["attachments"]> } : {};
    return { kind: "one", cell: { cell_type: type, ...common, ...attachments }, unrun: false, contested };
  }
  const ran = ranWith(source, base, one, other);
  const cell: Cell = { cell_type: "code", ...common, ...(ran ?? { outputs: [], execution_count: null }) };
  const hadOutputs = [one, other].some((side) => side.cell_type === "code" && side.outputs.length > 0);
  return { kind: "one", cell, unrun: ran === null && hadOutputs, contested };
}

/** The last line of a cell has no end; with one, adding a line below it does not change it. */
function mergeSources(base: string, one: string, other: string): string | null {
  const merged = mergeText(`${base}\n`, `${one}\n`, `${other}\n`);
  return merged.clean ? merged.text.slice(0, -1) : null;
}

function chosen<T>(base: T | undefined, one: T, other: T): T | null {
  if (one === other || other === base) return one;
  return one === base ? other : null;
}

/** An id that changed on both sides is that of the first. */
function idOf(base: Cell | null, one: Cell, other: Cell): string | undefined {
  return chosen(base?.id, one.id, other.id) ?? one.id ?? other.id;
}

/** Outputs come with the source that they belong to; where both sides ran the same one, those that changed count. */
function ranWith(source: string, base: Cell | null, one: Cell, other: Cell): Ran | null {
  const [first, second] = [one, other].map((cell) => (cell.cell_type === "code" && cell.source === source ? cell : null));
  if (first && second) {
    const unchanged = base?.cell_type === "code" && base.source === source && isSameRun(base, first);
    return ranOf(unchanged || (first.outputs.length === 0 && base === null) ? second : first);
  }
  const side = first ?? second;
  return side ? ranOf(side) : null;
}

function isSameRun(one: CodeCell, other: CodeCell): boolean {
  return one.execution_count === other.execution_count && areSameOutputs(one.outputs, other.outputs);
}

function ranOf({ outputs, execution_count }: CodeCell): Ran {
  return { outputs, execution_count };
}
