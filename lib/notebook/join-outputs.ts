import type { Output } from "./nbformat.ts";

export type PlacedOutput = { readonly output: Output; readonly position: number };

/** Pieces of one stream that follow one another are one text; it has the place of the first. */
export function joinOutputs(outputs: readonly Output[]): readonly PlacedOutput[] {
  const joined: { output: Output; position: number }[] = [];
  for (const [position, output] of outputs.entries()) {
    const last = joined.at(-1);
    if (last?.output.output_type === "stream" && output.output_type === "stream" && last.output.name === output.name) {
      last.output = { ...last.output, text: last.output.text + output.text };
    } else joined.push({ output, position });
  }
  return joined;
}
