import { describe, expect, test } from "vitest";
import type { SessionId, TokenId, UserId, VisitorId } from "./domain/ids.ts";
import { type Actor, type Level, levels, roles, type TokenScope, tokenScopes } from "./domain/person.ts";
import { can, type Permission, type ProjectSubject, policy, type RunSubject, type Subjects } from "./policy.ts";

const owner = "us_owner" as UserId;
const other = "us_other" as UserId;
const address = "192.0.2.1";
const session = (userId: UserId, level: Level = "reader"): Actor => ({
  kind: "user",
  userId,
  username: userId,
  level,
  via: { kind: "session", sessionId: "se_1" as SessionId },
  address,
});
const token = (userId: UserId, scopes: readonly TokenScope[], level: Level = "reader"): Actor => ({
  kind: "user",
  userId,
  username: userId,
  level,
  via: { kind: "token", tokenId: "tk_1" as TokenId, scopes },
  address,
});

/** Every subject appears in every case. */
const actors = {
  system: { kind: "system" },
  stranger: { kind: "visitor", visitorId: null, address },
  visitor: { kind: "visitor", visitorId: "vi_mine" as VisitorId, address },
  otherVisitor: { kind: "visitor", visitorId: "vi_other" as VisitorId, address },
  owner: session(owner),
  ownerAuthor: session(owner, "author"),
  ownerToken: token(owner, tokenScopes, "author"),
  ownerTokenWithoutScope: token(owner, [], "author"),
  other: session(other),
  otherAuthor: session(other, "author"),
  otherToken: token(other, tokenScopes, "author"),
  admin: session(other, "admin"),
  adminToken: token(other, tokenScopes, "admin"),
  unknownLevel: session(other, "emperor" as Level),
} satisfies Record<string, Actor>;
type Name = keyof typeof actors;
const everyone = Object.keys(actors) as Name[];
const people: Name[] = ["owner", "ownerAuthor", "ownerToken", "other", "otherAuthor", "otherToken", "admin", "adminToken", "unknownLevel"];
const visitors: Name[] = ["stranger", "visitor", "otherVisitor"];

const project = (more: Partial<ProjectSubject> = {}): ProjectSubject => ({
  ownerId: owner,
  visibility: "private",
  groupRole: null,
  visitorsMayRun: true,
  ...more,
});
const run = (more: Partial<RunSubject> = {}): RunSubject => ({ ownerId: owner, visitorId: null, shared: false, publishedAndReadable: false, ...more });
const visitorRun = run({ ownerId: null, visitorId: "vi_mine" });

type Case<P extends Permission = Permission> = { [Q in P]: readonly [what: string, permission: Q, subject: Subjects[Q], allowed: readonly Name[]] }[P];
const own: Name[] = ["owner", "ownerAuthor", "ownerToken"];
const ownAuthors: Name[] = ["ownerAuthor", "ownerToken"];
const admins: Name[] = ["admin", "adminToken"];

const cases: Case[] = [
  ["a public worksheet", "worksheet:read", project({ visibility: "public" }), [...visitors, ...people, "ownerTokenWithoutScope"]],
  ["a private worksheet", "worksheet:read", project(), own],
  ["a group's worksheet, for a member", "worksheet:read", project({ ownerId: "us_group", groupRole: "reader" }), [...visitors, ...people]],
  ["a public worksheet", "worksheet:run", project({ visibility: "public" }), [...visitors, ...people]],
  ["a public worksheet where visitors may not", "worksheet:run", project({ visibility: "public", visitorsMayRun: false }), people],
  ["a private worksheet", "worksheet:run", project(), own],
  ["a public project", "project:read", project({ visibility: "public" }), [...visitors, ...people, "ownerTokenWithoutScope"]],
  ["a private project", "project:read", project(), own],
  ["a public project", "project:write", project({ visibility: "public" }), ownAuthors],
  [
    "a group's project, for a writer",
    "project:write",
    project({ ownerId: "us_group", groupRole: "writer" }),
    ["ownerAuthor", "ownerToken", "otherAuthor", "otherToken", "admin", "adminToken"],
  ],
  ["a group's project, for a reader", "project:write", project({ ownerId: "us_group", groupRole: "reader" }), []],
  ["one's own project", "project:administer", project(), ownAuthors],
  ["a group's project, for a writer", "project:administer", project({ ownerId: "us_group", groupRole: "writer" }), []],
  [
    "in one's own name",
    "project:create",
    { groupRole: null, forSelf: true },
    ["ownerAuthor", "ownerToken", "otherAuthor", "otherToken", "admin", "adminToken"],
  ],
  ["in a group one reads", "project:create", { groupRole: "reader", forSelf: false }, []],
  ["a public project", "project:copy", project({ visibility: "public" }), ["ownerAuthor", "ownerToken", "otherAuthor", "otherToken", "admin", "adminToken"]],
  ["a private project", "project:copy", project(), ownAuthors],
  ["any project", "project:curate", null, admins],
  ["a public project", "lab:open", project({ visibility: "public" }), ownAuthors],
  ["a group's project, for a reader", "lab:open", project({ ownerId: "us_group", groupRole: "reader" }), []],
  ["a person's lab", "lab:use", { ownerId: owner }, own],
  ["a person's lab", "lab:stop", { ownerId: owner }, [...own, "admin", "adminToken"]],
  ["a home", "home:write", { ownerId: owner }, own],
  ["a public project", "worksheet:publish", project({ visibility: "public" }), ownAuthors],
  ["any worksheet", "worksheet:curate", null, admins],
  ["a person's run", "run:read", run(), own],
  ["a person's shared run", "run:read", run({ shared: true }), [...visitors, ...people, "ownerTokenWithoutScope"]],
  [
    "the result of a worksheet that one may read",
    "run:read",
    run({ ownerId: null, publishedAndReadable: true }),
    [...visitors, ...people, "ownerTokenWithoutScope"],
  ],
  ["a visitor's run", "run:read", visitorRun, ["visitor"]],
  ["a run of nobody", "run:read", run({ ownerId: null }), []],
  ["a person's run", "run:cancel", run(), own],
  ["a shared run", "run:cancel", run({ shared: true }), own],
  ["a visitor's run", "run:cancel", visitorRun, ["visitor"]],
  ["a person's run that began as a visitor's", "run:cancel", run({ visitorId: "vi_mine" }), own],
  ["a person's run", "run:share", run(), own],
  ["a visitor's run", "run:share", visitorRun, []],
  ["with the key", "run:claim", { unowned: true, keyMatches: true }, people],
  ["without the key", "run:claim", { unowned: true, keyMatches: false }, []],
  ["a run that has an owner", "run:claim", { unowned: false, keyMatches: true }, []],
  ["a home", "home:read", { ownerId: owner }, own],
  ["a person's tokens", "token:manage", { ownerId: owner }, ["owner", "ownerAuthor"]],
  ["people", "user:administer", null, admins],
  ["the system", "system:operate", null, admins],
];

describe("the policy", () => {
  test.each(cases)("%s: %s", (_what, permission, subject, allowed) => {
    const may = everyone.filter((name) => can(actors[name], permission, subject as never));
    expect(may.sort()).toEqual(["system", ...allowed].sort());
  });

  test("has a case for every permission", () => {
    expect(new Set(cases.map(([, permission]) => permission))).toEqual(new Set(Object.keys(policy)));
  });

  test("a token without the scope reads what everybody reads, and may nothing else, whatever the case", () => {
    for (const [what, permission, subject, allowed] of cases) {
      const isOpen = permission.endsWith(":read") && allowed.includes("stranger") && !what.includes("for a member");
      expect([what, permission, can(actors.ownerTokenWithoutScope, permission, subject as never)]).toEqual([what, permission, isOpen]);
    }
  });

  test("a token that may change runs sees them, and the worksheets it runs", () => {
    const runs = token(owner, ["runs:write"]);
    expect(can(runs, "run:read", run())).toBe(true);
    expect(can(runs, "worksheet:read", project())).toBe(true);
    expect(can(runs, "home:read", { ownerId: owner })).toBe(false);
    expect(can(runs, "project:read", project())).toBe(false);
  });

  test("a token with one scope may at most what its person may", () => {
    for (const level of levels) {
      for (const scope of tokenScopes) {
        for (const [, permission, subject] of cases) {
          if (can(token(owner, [scope], level), permission, subject as never)) {
            const {
              scope: needed,
              impliedBy = [],
              open,
            } = policy[permission] as { scope: TokenScope; impliedBy?: readonly TokenScope[]; open?: (of: never) => boolean };
            expect([needed, ...impliedBy].includes(scope) || open?.(subject as never)).toBe(true);
            expect(can(session(owner, level), permission, subject as never)).toBe(true);
          }
        }
      }
    }
  });

  test("each role of a group sees what the former sees", () => {
    for (const permission of ["worksheet:read", "project:read", "project:write", "project:administer", "worksheet:publish"] as const) {
      const allowed = roles.map((groupRole) => can(session(other, "author"), permission, project({ ownerId: "us_group", groupRole })));
      expect(allowed).toEqual(allowed.toSorted());
    }
  });
});
