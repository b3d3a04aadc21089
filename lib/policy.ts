import type { Actor, Level, Role, TokenScope } from "./domain/person.ts";
import { levels } from "./domain/person.ts";

/**
 * Every permission, in one table. Use-cases ask `can(actor, permission, subject)` once, then act.
 * What somebody may not read answers like what does not exist: that is the use-case's 404, decided here.
 */
export type Subjects = {
  "worksheet:read": ProjectSubject;
  "worksheet:run": ProjectSubject;
  "project:read": ProjectSubject;
  "project:write": ProjectSubject;
  "project:administer": ProjectSubject;
  "project:create": { readonly groupRole: Role | null; readonly forSelf: boolean };
  "project:copy": ProjectSubject;
  "project:curate": null;
  "worksheet:publish": ProjectSubject;
  "worksheet:curate": null;
  "run:read": RunSubject;
  "run:cancel": RunSubject;
  "run:share": RunSubject;
  "run:claim": { readonly unowned: boolean; readonly keyMatches: boolean };
  "home:read": { readonly ownerId: string };
  "home:write": { readonly ownerId: string };
  "lab:open": ProjectSubject;
  "lab:use": { readonly ownerId: string };
  "lab:stop": { readonly ownerId: string };
  "token:manage": { readonly ownerId: string };
  "user:administer": null;
  "system:operate": null;
};
export type Permission = keyof Subjects;

export type ProjectSubject = {
  readonly ownerId: string;
  readonly visibility: "private" | "public";
  /** The asking person's role in the owning group, null where there is none. */
  readonly groupRole: Role | null;
  /** Whether this site lets visitors run at all (anonymous running may be off). */
  readonly visitorsMayRun: boolean;
};

export type RunSubject = {
  readonly ownerId: string | null;
  readonly visitorId: string | null;
  /** Readable by everyone who has the link. */
  readonly shared: boolean;
  /** The result shown on a published worksheet that the asking person may read. */
  readonly publishedAndReadable: boolean;
};

type Rule<S> = {
  /** For the page that shows an administrator who may do what. */
  readonly says: string;
  /** The token scope that a token needs besides the person's own right. */
  readonly scope: TokenScope;
  /** Scopes to change something, without which one could not see what one changes. */
  readonly impliedBy?: readonly TokenScope[];
  /** What everybody may, with or without any right of their own: no token may less than no token. */
  readonly open?: (subject: S) => boolean;
  readonly allow: (actor: Exclude<Actor, { kind: "system" }>, subject: S) => boolean;
};

const isPublic = (project: ProjectSubject): boolean => project.visibility === "public";
const readsProject = (actor: Actor, project: ProjectSubject): boolean =>
  project.visibility === "public" || owns(actor, project.ownerId) || project.groupRole !== null;
const writesProject = (actor: Actor, project: ProjectSubject): boolean =>
  hasLevel(actor, "author") && (owns(actor, project.ownerId) || project.groupRole === "writer" || project.groupRole === "admin");

export const policy: { readonly [P in Permission]: Rule<Subjects[P]> } = {
  "worksheet:read": {
    says: "Everyone reads public worksheets; members read their group's; owners their own.",
    scope: "worksheets:read",
    impliedBy: ["runs:write", "projects:write"],
    open: isPublic,
    allow: readsProject,
  },
  "worksheet:run": {
    says: "Whoever reads a worksheet may run it; visitors only where anonymous running is on.",
    scope: "runs:write",
    allow: (actor, project) => readsProject(actor, project) && (actor.kind === "user" || project.visitorsMayRun),
  },
  "project:read": {
    says: "Everyone reads public projects; members read their group's; owners their own.",
    scope: "worksheets:read",
    impliedBy: ["projects:write"],
    open: isPublic,
    allow: readsProject,
  },
  "project:write": { says: "Owners and group writers, from author level on.", scope: "projects:write", allow: writesProject },
  "project:administer": {
    says: "Owners and group admins.",
    scope: "projects:write",
    allow: (actor, project) => hasLevel(actor, "author") && (owns(actor, project.ownerId) || project.groupRole === "admin"),
  },
  "project:create": {
    says: "Authors in their own name; group writers and admins in the group's.",
    scope: "projects:write",
    allow: (actor, into) => hasLevel(actor, "author") && (into.forSelf || into.groupRole === "writer" || into.groupRole === "admin"),
  },
  "project:copy": {
    says: "Every author copies what they may read.",
    scope: "projects:write",
    allow: (actor, project) => hasLevel(actor, "author") && readsProject(actor, project),
  },
  "project:curate": {
    says: "Administrators make projects official, and copy public ones under the public user.",
    scope: "admin",
    allow: (actor) => hasLevel(actor, "admin"),
  },
  "worksheet:publish": { says: "Whoever may write the project.", scope: "projects:write", allow: writesProject },
  "worksheet:curate": { says: "Administrators make worksheets official.", scope: "admin", allow: (actor) => hasLevel(actor, "admin") },
  "run:read": {
    says: "The person who ran it; everyone with the link once it is shared; readers of a worksheet its published result.",
    scope: "runs:read",
    impliedBy: ["runs:write"],
    open: (run) => run.shared || run.publishedAndReadable,
    allow: (actor, run) => run.shared || run.publishedAndReadable || ran(actor, run),
  },
  "run:cancel": { says: "The person who ran it.", scope: "runs:write", allow: ran },
  "run:share": { says: "The signed-in person who ran it.", scope: "runs:write", allow: (actor, run) => run.ownerId !== null && owns(actor, run.ownerId) },
  "run:claim": {
    says: "A signed-in person with the claim link of a run that nobody owns.",
    scope: "runs:write",
    allow: (actor, claim) => actor.kind === "user" && claim.unowned && claim.keyMatches,
  },
  "home:read": { says: "Each person their own home.", scope: "runs:read", impliedBy: ["projects:write"], allow: (actor, home) => owns(actor, home.ownerId) },
  "home:write": { says: "Each person their own home.", scope: "projects:write", allow: (actor, home) => owns(actor, home.ownerId) },
  "lab:open": { says: "Whoever may write the project, on a working copy of their own.", scope: "projects:write", allow: writesProject },
  "lab:use": {
    says: "The person who opened it, and nobody else: it is their own files and kernels.",
    scope: "projects:write",
    allow: (actor, lab) => owns(actor, lab.ownerId),
  },
  "lab:stop": {
    says: "The person who opened it, and administrators.",
    scope: "projects:write",
    allow: (actor, lab) => owns(actor, lab.ownerId) || hasLevel(actor, "admin"),
  },
  "token:manage": {
    says: "Each person their own tokens, and never by a token.",
    scope: "admin",
    allow: (actor, token) => owns(actor, token.ownerId) && actor.kind === "user" && actor.via.kind === "session",
  },
  "user:administer": { says: "Administrators.", scope: "admin", allow: (actor) => hasLevel(actor, "admin") },
  "system:operate": { says: "Administrators.", scope: "admin", allow: (actor) => hasLevel(actor, "admin") },
};

export function can<P extends Permission>(actor: Actor, permission: P, subject: Subjects[P]): boolean {
  if (actor.kind === "system") return true;
  const rule = policy[permission];
  // A token never grants more than its giver has, and no more than its scopes say.
  if (actor.kind === "user" && actor.via.kind === "token" && !actor.via.scopes.some((scope) => scope === rule.scope || rule.impliedBy?.includes(scope)))
    return rule.open?.(subject) ?? false;
  return rule.allow(actor, subject);
}

function owns(actor: Actor, ownerId: string): boolean {
  return actor.kind === "user" && actor.userId === ownerId;
}

function ran(actor: Actor, run: RunSubject): boolean {
  if (actor.kind === "user") return run.ownerId === actor.userId;
  return actor.kind === "visitor" && run.ownerId === null && actor.visitorId !== null && run.visitorId === actor.visitorId;
}

/** An unknown level is refused: it has no place in the order. */
export function hasLevel(actor: Actor, level: Level): boolean {
  return actor.kind === "user" && levels.indexOf(actor.level) >= levels.indexOf(level);
}
