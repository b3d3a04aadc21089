import fc from "fast-check";
import { expect, test } from "vitest";
import { planMounts } from "./mounts.ts";
import { roles } from "./person.ts";

const subject = { username: "ada", homeFolder: "/data/homes/ada", groups: [] };
const fern = { slug: "fern", folder: "/data/groups/fern" };

test("shows a person their own home, to write, and no other", () => {
  expect(planMounts(subject)).toEqual([{ source: "/data/homes/ada", target: "/home/ada", access: "write" }]);
});

test.each([
  ["reader", "read"],
  ["writer", "write"],
  ["admin", "write"],
  [null, undefined],
] as const)("gives somebody who is %s in a group its folder: %s", (role, access) => {
  const [, shared] = planMounts({ ...subject, groups: [{ ...fern, role }] });
  expect(shared?.access).toBe(access);
  if (access) expect(shared).toMatchObject({ source: fern.folder, target: "/groups/fern" });
});

test("never shows a folder of a group that the person is not in, and no folder twice", () => {
  const group = fc.record({ slug: fc.stringMatching(/^[a-z]{1,8}$/), folder: fc.stringMatching(/^\/g\/[a-z]{1,8}$/), role: fc.constantFrom(...roles, null) });
  fc.assert(
    fc.property(fc.uniqueArray(group, { selector: ({ slug }) => slug }), (groups) => {
      const mounts = planMounts({ ...subject, groups });
      expect(mounts).toHaveLength(1 + groups.filter(({ role }) => role !== null).length);
      expect(new Set(mounts.map(({ target }) => target)).size).toBe(mounts.length);
      for (const { slug, role } of groups) expect(mounts.some(({ target }) => target === `/groups/${slug}`)).toBe(role !== null);
    }),
  );
});
