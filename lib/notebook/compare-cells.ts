import { jsonEqual } from "#lib/json-equal.ts";
import type { Cell, Output } from "./nbformat.ts";

/** What programs note down in a cell by themselves; it is no work of a person, and no difference. */
const transientKeys = new Set(["collapsed", "scrolled", "execution", "ExecuteTime", "executionInfo", "outputId", "papermill", "trusted"]);

export function isTransient(key: string): boolean {
  return transientKeys.has(key);
}

/** Keys of two metadata objects whose values differ, in order. */
export function differingKeys(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): readonly string[] {
  if (one === other) return [];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => !isTransient(key) && !jsonEqual(one[key], other[key])).sort();
}

export function attachmentsOf(cell: Cell): Readonly<Record<string, unknown>> {
  return cell.cell_type === "code" ? {} : (cell.attachments ?? {});
}

export function outputsOf(cell: Cell): readonly Output[] {
  return cell.cell_type === "code" ? cell.outputs : [];
}

/** How often a cell was run before says nothing about what it gives. */
export function isSameOutput(one: Output, other: Output): boolean {
  if (one.output_type === "execute_result" && other.output_type === "execute_result")
    return jsonEqual(one.data, other.data) && jsonEqual(one.metadata, other.metadata);
  return jsonEqual(one, other);
}

export function areSameOutputs(one: readonly Output[], other: readonly Output[]): boolean {
  return one === other || (one.length === other.length && one.every((output, index) => other[index] !== undefined && isSameOutput(output, other[index])));
}

/**
 * A short text that equal outputs share and different ones hardly ever do. Long data count by length and samples only,
 * so that megabytes of images are never read whole.
 */
export function outputsMark(outputs: readonly Output[]): string {
  return outputs.map((output) => (output.output_type === "execute_result" ? markOf({ ...output, execution_count: null }) : markOf(output))).join("\n");
}

function markOf(value: unknown): string {
  if (typeof value === "string") {
    if (value.length <= 200) return value;
    const middle = value.length >> 1;
    return `${value.length}:${value.slice(0, 60)}${value.slice(middle - 30, middle + 30)}${value.slice(-60)}`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, item]) => `${key}=${markOf(item)}`)
    .join(";");
}
