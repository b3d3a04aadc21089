import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileChange } from "#lib/domain/project.ts";
import { suggestMessage } from "./suggest-message.ts";

const counts = { added: 0, removed: 0, changed: 0, moved: 0, outputsOnly: 0 };
const changed = (path: string): FileChange => ({ path, kind: "changed" });

describe("the suggested message", () => {
  it("says of one notebook what became of its cells", () => {
    const say = (some: Partial<typeof counts>) => suggestMessage([changed("growth.ipynb")], new Map([["growth.ipynb", { ...counts, ...some }]]));
    expect(say({ changed: 2, added: 1 })).toBe("Change growth.ipynb: 2 cells changed, 1 added");
    expect(say({ removed: 1 })).toBe("Change growth.ipynb: 1 cell removed");
    expect(say({ outputsOnly: 3 })).toBe("Change growth.ipynb: 3 cells run again");
    expect(say({})).toBe("Change growth.ipynb");
  });

  it("names one file and counts the others", () => {
    const added = (path: string): FileChange => ({ path, kind: "added" });
    expect(suggestMessage(["data/plants.csv", "x", "y", "z"].map(added))).toBe("Add data/plants.csv and 3 more files");
    expect(suggestMessage([added("data/plants.csv"), changed("a.ipynb")])).toBe("Change a.ipynb, and 1 more change");
    expect(suggestMessage([changed("data.csv"), changed("a.ipynb")])).toBe("Change a.ipynb and 1 more file");
    expect(suggestMessage([{ path: "b.py", from: "a.py", kind: "moved" }])).toBe("Move a.py to b.py");
    expect(suggestMessage([])).toBe("");
    const more = new Map([["a.ipynb", { ...counts, changed: 2, added: 1 }]]);
    expect(suggestMessage([changed("data.csv"), changed("a.ipynb")], more)).toBe("Change a.ipynb (2 cells changed, 1 added) and 1 more file");
    const long = `${"long-".repeat(8)}a.ipynb`;
    expect(suggestMessage([changed("data.csv"), changed(long)], new Map([[long, { ...counts, changed: 2, added: 1 }]]))).toBe(`Change ${long} and 1 more file`);
  });

  it("is one line of at most 72 characters, well formed, and empty only for nothing", () => {
    const change = fc.record({
      path: fc.string({ unit: fc.constantFrom("a", "/", "𝄞", "\n", "é", ".ipynb"), minLength: 1, maxLength: 90 }),
      kind: fc.constantFrom("added" as const, "removed" as const, "changed" as const, "moved" as const),
    });
    const some = fc.record({ added: fc.nat(3000), removed: fc.nat(3000), changed: fc.nat(3000), moved: fc.nat(3000), outputsOnly: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), some, (changes, numbers) => {
        const message = suggestMessage(changes, new Map(changes.map(({ path }) => [path, numbers])));
        expect(message.length).toBeLessThanOrEqual(72);
        expect(message).not.toMatch(/\n/);
        expect(message.isWellFormed()).toBe(true);
        expect(message).not.toBe("");
      }),
      { numRuns: 3000 },
    );
  });
});
