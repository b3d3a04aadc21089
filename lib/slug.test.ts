import { expect, test } from "vitest";
import { projectSlugProblem, projectSlugs, slugOf } from "./slug.ts";

test("a title becomes an address of plain letters, whatever it is written in", () => {
  expect(slugOf("Émigré  populations: a model!")).toBe("emigre-populations-a-model");
  expect(slugOf("種の起源")).toBe("");
  expect(slugOf(`${"a".repeat(79)} bc`)).toBe("a".repeat(79));
});

test("every address that is tried may stand in an address, and none is one of the site's own", () => {
  expect(projectSlugs("Drift", "ada", "x1y2z")).toEqual(["drift", "drift-ada", "drift-x1y2z"]);
  expect(projectSlugs("New", "ada", "x1y2z")).toEqual(["new-ada", "new-x1y2z"]);
  expect(projectSlugs("種の起源", "ada", "x1y2z")).toEqual(["project", "project-ada", "project-x1y2z"]);
  for (const bad of ["", "-a", "A", "a/b", "a".repeat(101), "new", "."]) expect(projectSlugProblem(bad)).not.toBeNull();
});
