import { expect, test } from "vitest";
import { suggestParameters } from "./suggest-parameters.ts";

const suggested = (source: string) =>
  suggestParameters({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", language: "python" } },
    cells: [{ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }],
  }).map((one) => one.literal);

test("commas within a call make no tuple, and reading one ends", () => {
  for (const call of ["f(1, 2)", "np.linspace(0, 24, 200)", "-f(1, 2)", "a(1) + b(2, 3)", "f(1, 2)[3, 4]", "(f(1, 2))", "[f(1, 2)]"])
    expect(suggested(`x = ${call}`)).toEqual([]);
  expect(suggested("x = 1, 2")).toEqual(["1, 2"]);
});
