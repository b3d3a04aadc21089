import { expect, test } from "vitest";
import { tellProgress } from "./tell-progress.ts";

test("says how many files are made, twice a second at most, and goes on when it could not be said", () => {
  let at = 0;
  const said: unknown[] = [];
  const tell = tellProgress(
    (what) => {
      said.push(what.progress);
      return Promise.reject(new Error("the database is away"));
    },
    () => new Date(at),
  );
  for (let done = 1; done <= 1000; done++) {
    at = done;
    tell(done, 1000);
  }
  expect(said).toEqual([
    { done: 1, total: 1000 },
    { done: 501, total: 1000 },
  ]);
});

test("says nothing of a few files", () => {
  const tell = tellProgress(
    () => {
      throw new Error("said");
    },
    () => new Date(),
  );
  expect(() => tell(1, 20)).not.toThrow();
});
