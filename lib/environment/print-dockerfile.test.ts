import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BuildPlan, emptyPlan } from "#lib/domain/environment.ts";
import { explainBuildFailure } from "./explain-failure.ts";
import { dockerfileText, printAdoption, printLight } from "./print-dockerfile.ts";

const everything: BuildPlan = {
  ...emptyPlan,
  aptPackages: ["jq", "libstdc++6=14.2.0-19"],
  python: { requirements: ["six", "git+https://example.org/a.git"], constraints: ["six<2"] },
  r: { script: "binder/install.R", packages: ["vegan"], onlyInstalls: true, snapshotDate: "2025-03-01" },
  postBuild: "binder/postBuild",
  start: "binder/start",
  sources: ["binder/postBuild", "binder/start"],
};
const conda: BuildPlan = {
  ...emptyPlan,
  conda: { channels: [], dependencies: ["python=3.11", "r-base"], pip: ["six"], variables: { MODE: "it's $HOME\\" } },
};

/** Instruction by instruction: as whom it runs. */
function accounts(plan: BuildPlan): { text: string; user: string }[] {
  let user = "0:0";
  return printLight(plan).instructions.map(({ text }) => {
    if (text.startsWith("USER ")) user = text.slice(5);
    return { text, user };
  });
}

describe("the Dockerfile of the light builder", () => {
  test("runs what a project wrote as nobody, and only packages of Debian as root", () => {
    const asRoot = [...accounts(everything), ...accounts(conda)].filter(({ text, user }) => text.startsWith("RUN") && user === "0:0");
    expect(new Set(asRoot.map(({ text }) => /build\/([a-z-]+)\.sh/.exec(text)?.[1]))).toEqual(new Set(["system", "prepare", "finish"]));
  });

  test("names each step's phase, in their order", () => {
    const changes = printLight(conda).instructions.filter(({ phase }, index, all) => phase !== all[index - 1]?.phase);
    expect(changes.map(({ phase }) => phase)).toEqual(["base", "conda", "python", "checking"]);
    expect([...new Set(printLight(everything).instructions.map(({ phase }) => phase))]).toEqual(["base", "system", "python", "r", "post_build", "checking"]);
    expect([...new Set(printLight(conda).instructions.map(({ phase }) => phase))]).toEqual(["base", "conda", "python", "checking"]);
    expect(printLight(emptyPlan).instructions.map(({ phase }) => phase)).not.toContain("system");
  });

  test("leaves words words, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", minLength: 1 }), { minLength: 1 }), (words) => {
        const text = dockerfileText(printLight({ ...emptyPlan, aptPackages: words }));
        const line = text.split("\n").find((one) => one.includes("system.sh"));
        const parsed = JSON.parse((line ?? "").slice("RUN ".length)) as string[];
        expect(parsed.slice(2)).toEqual([...new Set(words)].sort());
      }),
    );
  });

  test("gives pip and conda lists that hold what was read, and what kernels need", () => {
    expect(printLight(everything).texts).toEqual({ "lists/requirements.txt": "six\ngit+https://example.org/a.git\n", "lists/constraints.txt": "six<2\n" });
    const { texts } = printLight(conda);
    expect(JSON.parse(texts["lists/environment.yml"] ?? "")).toEqual({
      channels: ["conda-forge"],
      dependencies: ["python=3.11", "r-base", "ipykernel", "pip", "r-irkernel"],
    });
    expect(texts["lists/variables.sh"]).toBe("export MODE='it'\\''s $HOME\\'\n");
    expect(dockerfileText(printLight(everything))).toContain('"git","jq","libstdc++6=14.2.0-19"]');
  });

  test("is the same text for the same plan", () => {
    expect(dockerfileText(printLight(everything))).toBe(dockerfileText(printLight(structuredClone(everything))));
  });
});

test("an image that others built is adopted without running anything of the project as root", () => {
  const text = dockerfileText(printAdoption());
  expect(text).toContain("COPY --from=own /usr/bin/tini-static /usr/bin/tini");
  expect(text).not.toContain("project/");
});

test.each([
  [["E: Unable to locate package jqq", "returned a non-zero code: 100"], "system", "Debian has no package “jqq”"],
  [["W: Failed to fetch http://deb.debian.org/x  Temporary failure resolving", "E: Unable to locate package jq"], "system", "could not be reached"],
  [["ERROR: Could not find a version", "ERROR: No matching distribution found for numpyy"], "python", "has “numpyy”"],
  [["OSError: [Errno 28] No space left on device"], "python", "disk was full"],
  [["Sheaf: The image has no tini."], "checking", "The image has no tini."],
  [["The command 'x' returned a non-zero code: 137"], "post_build", "more memory"],
  [["pull access denied for nobody/nothing, repository does not exist"], "dockerfile", "“nobody/nothing”"],
  [['Get "https://registry.example.org/v2/": dial tcp: lookup'], "dockerfile", "registry.example.org does not answer"],
  [["something else"], "r", "while install.R was run. Its last lines"],
] as const)("of %j it says what went wrong", (lines, phase, words) => {
  expect(explainBuildFailure({ phase, lines })).toContain(words);
});
