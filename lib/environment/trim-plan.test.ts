import { describe, expect, test } from "vitest";
import { type BuildPlan, emptyPlan } from "#lib/domain/environment.ts";
import { satisfies } from "./python-versions.ts";
import { trimPlan } from "./trim-plan.ts";

const there = {
  debian: { "python3-numpy": "1:2.2.4-1", jq: "1.7" },
  python: { numpy: "2.2.4", "scikit-learn": "1.4.2", odd: "1.0rc1" },
  r: ["ggplot2", "nlme"],
};
const python = (...requirements: string[]): BuildPlan => ({ ...emptyPlan, python: { requirements, constraints: [] } });

test.each([
  ["2.2.4", "~=2.2", true],
  ["2.2.4", "~=2.2.5", false],
  ["3.0", "~=2.2", false],
  ["2.2.4", ">=2,<3", true],
  ["2.2.4", "==2.2.*", true],
  ["2.2", "==2.2.0", true],
  ["2.2.4", "!=2.2.4", false],
  ["2.10", ">2.9", true],
  ["1.0rc1", ">=1", false],
  ["3.10.1+dfsg1", "~=3.10", true],
  ["3.10.1+dfsg1", ">3.10.1", false],
  ["1.0rc1", "", true],
  ["2.2.4", "~=2", false],
])("%s is among %s: %s", (version, clauses, expected) => {
  expect(satisfies(version, clauses)).toBe(expected);
});

describe("what the site's own environment has", () => {
  test("need not be made", () => {
    expect(trimPlan({ ...python("numpy~=2.2", "scikit_learn >=1.4, <2"), aptPackages: ["jq", "python3-numpy"] }, there)).toBeNull();
    expect(trimPlan(python("--pre", "numpy"), there)).toBeNull();
  });

  test("is not enough where something more is asked for", () => {
    expect(trimPlan({ ...emptyPlan, aptPackages: ["jq", "hello"] }, there)?.aptPackages).toEqual(["hello"]);
    expect(trimPlan({ ...emptyPlan, aptPackages: ["jq=1.6"] }, there)?.aptPackages).toEqual(["jq=1.6"]);
    // All of the list: pip decides together about what belongs together.
    expect(trimPlan(python("numpy", "six"), there)?.python?.requirements).toEqual(["numpy", "six"]);
    for (const line of [
      "numpy>=3",
      "numpy[extra]",
      'numpy; python_version < "4"',
      "odd>=1",
      "numpy @ https://example.org/n-1-py3-none-any.whl",
      "git+https://example.org/a",
    ])
      expect(trimPlan(python(line), there), line).not.toBeNull();
    expect(trimPlan({ ...emptyPlan, python: { requirements: ["numpy"], constraints: ["numpy<2"] } }, there)).not.toBeNull();
    expect(trimPlan({ ...emptyPlan, postBuild: "postBuild" }, there)).not.toBeNull();
  });

  test("is enough for a script of R that installs what is there and does nothing else", () => {
    const script = { script: "install.R", packages: ["ggplot2", "nlme"], onlyInstalls: true, snapshotDate: null };
    expect(trimPlan({ ...emptyPlan, r: script }, there)).toBeNull();
    for (const more of [{ packages: ["vegan"] }, { onlyInstalls: false }, { snapshotDate: "2025-03-01" }])
      expect(trimPlan({ ...emptyPlan, r: { ...script, ...more } }, there)).not.toBeNull();
  });
});
