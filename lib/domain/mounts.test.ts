import fc from "fast-check";
import { expect, test } from "vitest";
import type { GroupId } from "./ids.ts";
import { lostGroups, planMounts } from "./mounts.ts";
import { roles } from "./person.ts";

const subject = { username: "ada", homeFolder: "/data/homes/ada", groups: [] };
const fern = { id: "group_fern" as GroupId, slug: "fern", folder: "/data/groups/fern", gid: 7 };
const everyRole = [...roles, null] as const;

test("shows a person their own home, to write, and no other", () => {
  expect(planMounts(subject)).toEqual({ home: { source: "/data/homes/ada", target: "/home/ada", access: "write" }, groups: [] });
});

test.each([
  ["reader", "read"],
  ["writer", "write"],
  ["admin", "write"],
  [null, undefined],
] as const)("gives somebody who is %s in a group its folder: %s", (role, access) => {
  const [shared] = planMounts({ ...subject, groups: [{ ...fern, role }] }).groups;
  expect(shared?.access).toBe(access);
  if (access) expect(shared).toMatchObject({ source: fern.folder, target: "/mnt/fern" });
});

test("never shows a folder of a group that the person is not in, and no folder twice", () => {
  const group = fc.record({
    id: fc.constant("group_any" as GroupId),
    slug: fc.stringMatching(/^[a-z]{1,8}$/),
    folder: fc.stringMatching(/^\/g\/[a-z]{1,8}$/),
    gid: fc.constant(null),
    role: fc.constantFrom(...everyRole),
  });
  fc.assert(
    fc.property(fc.uniqueArray(group, { selector: ({ slug }) => slug }), (groups) => {
      const mounts = planMounts({ ...subject, groups }).groups;
      expect(mounts).toHaveLength(groups.filter(({ role }) => role !== null).length);
      expect(new Set(mounts.map(({ target }) => target)).size).toBe(mounts.length);
      for (const { slug, role } of groups) expect(mounts.some(({ target }) => target === `/mnt/${slug}`)).toBe(role !== null);
    }),
  );
});

test.each(everyRole.flatMap((before) => everyRole.map((after) => [before, after] as const)))("somebody who was %s and is %s now", (before, after) => {
  const isLess = (before === "reader" && after === null) || ((before === "writer" || before === "admin") && (after === null || after === "reader"));
  expect(lostGroups([{ ...fern, role: before }], [{ ...fern, role: after }])).toEqual(isLess ? ["fern"] : []);
  if (after === null) expect(lostGroups([{ ...fern, role: before }], [])).toEqual(before === null ? [] : ["fern"]);
});
