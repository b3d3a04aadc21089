import fc from "fast-check";
import { expect, test } from "vitest";
import { printMetrics } from "./print-metrics.ts";

test("a metric has its help, its type and a line for each sample", () => {
  const samples = [{ value: 2, labels: { kind: "lab", state: "ready" } }, { value: 0.5 }];
  expect(printMetrics([{ name: "sheaf_sessions", help: "What runs", type: "gauge", samples }])).toBe(
    '# HELP sheaf_sessions What runs\n# TYPE sheaf_sessions gauge\nsheaf_sessions{kind="lab",state="ready"} 2\nsheaf_sessions 0.5\n',
  );
});

test("of what is not known nothing is said", () => {
  expect(printMetrics([{ name: "sheaf_sessions", help: "", type: "gauge", samples: [] }])).toBe("");
});

test("no value of a label, whatever stands in it, makes another line or another label", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.double(), (text, value) => {
      const printed = printMetrics([{ name: "sheaf_x", help: text, type: "gauge", samples: [{ value, labels: { name: text } }] }]);
      const lines = printed.split("\n");
      expect(lines).toHaveLength(4);
      const [, label = ""] = /^sheaf_x\{name="((?:[^"\\]|\\["\\n])*)"\} \S+$/s.exec(lines[2] ?? "") ?? [];
      expect(label.replace(/\\(["\\n])/g, (_, sign: string) => (sign === "n" ? "\n" : sign))).toBe(text);
    }),
  );
});
