import { expect, test } from "vitest";
import { choicesText, formOf, kindsOf, specsOf, withBound, withChoices, withFirstChoice, withKind, withWord } from "./marking.ts";

const view = {
  language: "python" as const,
  cells: [
    { index: 0, kind: "markdown" as const, source: "# x", isParameters: false },
    { index: 2, kind: "code" as const, source: "import math", isParameters: false },
    { index: 3, kind: "code" as const, source: "size = 7\ncolour = 'red'\nprint(size)", isParameters: false },
  ],
  parameters: [],
  described: {},
};

test("the form follows the marks as they are made", () => {
  expect(specsOf(view)).toEqual({});
  expect(formOf(view, { size: { label: "Size", min: 1, max: 9 } })).toMatchObject({
    problem: null,
    parameters: [{ name: "size", label: "Size", min: 1, max: 9, default: 7 }],
  });
  expect(formOf(view, { colour: { type: "choice", choices: ["red", "blue"] } }).parameters).toMatchObject([{ type: "choice", default: "red" }]);
  expect(formOf(view, {})).toEqual({ parameters: [], problem: null });
});

test("what cannot be marked so is said, and the form stays", () => {
  expect(formOf(view, { none: {} }).problem).toContain("none");
  expect(formOf(view, { size: { min: 8 } }).problem).not.toBeNull();
});

test("a form that the notebook has already is found again by its own words", () => {
  const cells = [{ index: 0, kind: "code" as const, source: "size = 7", isParameters: true }];
  const described = { size: { label: "Size" } };
  const { parameters } = formOf({ ...view, cells, described }, described);
  expect(specsOf({ ...view, cells, described, parameters })).toEqual(described);
  expect(formOf({ ...view, cells, described, parameters }, specsOf({ ...view, cells, described, parameters })).parameters).toEqual(parameters);
});

test("what is typed becomes what the notebook says", () => {
  expect(withBound({}, "min", " 0.5 ")).toEqual({ min: 0.5 });
  expect(withBound({ min: 1 }, "min", "")).toEqual({});
  expect(withBound({}, "max", "2024-02-29")).toEqual({ max: "2024-02-29" });
  expect(withWord({ label: "x" }, "label", " ")).toEqual({});
  const spec = withChoices({}, "1 | one\n 2\n\n", true);
  expect(spec).toEqual({ choices: [{ value: 1, label: "one" }, 2] });
  expect(choicesText(spec)).toBe("1 | one\n2");
  expect(withChoices(spec, "", true)).toEqual({});
  expect(withFirstChoice({ type: "choice" }, '"BY4741"', false)).toEqual({ type: "choice", choices: ["BY4741"] });
  expect(withFirstChoice({ type: "choice" }, "24", true)).toEqual({ type: "choice", choices: [24] });
  expect(withFirstChoice({ type: "choice", choices: ["a"] }, "'b'", false)).toEqual({ type: "choice", choices: ["a"] });
  expect(withFirstChoice({ type: "choice" }, "'a|b'", false)).toEqual({ type: "choice" });
  expect(withKind({ min: 1, max: 2, choices: [1], label: "x" }, "choice")).toEqual({ type: "choice", choices: [1], label: "x" });
  expect(kindsOf({ type: "integer" })).toContain("choice");
});
