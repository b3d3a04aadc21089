import { z } from "zod";
import * as schemas from "./lab-schemas.ts";
import type { Operation } from "./operations.ts";

const sessionId = z.object({ id: z.string().min(1).max(200).describe("Id of a session") });
const json = (status: 200 | 202, schema: z.ZodType) => ({ status, schema, type: "application/json" }) as const;
const flag = z.enum(["1", "0", "true", "false"]).transform((word) => word === "1" || word === "true");

/** Labs, and all of mine that runs. */
export const labOperations = {
  openLab: {
    method: "post",
    path: "/projects/{id}/lab",
    summary: "Opens a lab on a project, or answers the one that is open. It starts after the answer: follow its events until its state is ready.",
    scope: "projects:write",
    params: z.object({ id: z.string().min(1).max(200).describe("Id or slug of a project") }),
    answer: json(202, schemas.lab),
    failures: ["unauthenticated", "forbidden", "not_found", "conflict", "too_many", "unavailable"],
  },
  openHomeLab: {
    method: "post",
    path: "/sessions",
    summary: "Opens a lab on one's home.",
    scope: "projects:write",
    answer: json(202, schemas.lab),
    failures: ["unauthenticated", "forbidden", "conflict", "too_many", "unavailable"],
  },
  listRunning: {
    method: "get",
    path: "/sessions",
    summary: "One's own labs that are open, with memory and processor time, and one's runs that go on; with `all=1` everybody's, for administrators.",
    scope: "runs:read",
    query: z.object({ all: flag.optional() }),
    answer: json(200, z.object({ items: z.array(schemas.runningThing) })),
    failures: ["invalid", "unauthenticated", "forbidden"],
  },
  showLab: {
    method: "get",
    path: "/sessions/{id}",
    summary: "A lab, as it is.",
    scope: "projects:write",
    params: sessionId,
    answer: json(200, schemas.lab),
    failures: ["not_found"],
  },
  stopLab: {
    method: "delete",
    path: "/sessions/{id}",
    summary: "Stops a lab: its kernels and terminals end, its files stay. Stopping one that has stopped changes nothing.",
    scope: "projects:write",
    params: sessionId,
    answer: json(202, schemas.lab),
    failures: ["not_found"],
  },
  followLab: {
    method: "get",
    path: "/sessions/{id}/events",
    summary: "The lab as it is, and again at every change, as server-sent events: for as long as the reader stays.",
    scope: "projects:write",
    params: sessionId,
    answer: { status: 200, type: "text/event-stream", schema: z.string() },
    failures: ["not_found", "too_many"],
  },
  keepLab: {
    method: "post",
    path: "/sessions/{id}/keep",
    summary: "Says that somebody is there: an idle lab is left alone for its whole time once more.",
    scope: "projects:write",
    params: sessionId,
    answer: json(200, schemas.lab),
    failures: ["not_found", "conflict"],
  },
  issueLabTicket: {
    method: "post",
    path: "/sessions/{id}/tickets",
    summary:
      "An address that lets the asking browser into a lab of one's own: once, and within a minute. `next` is a path inside the lab, from its root on: lab/tree/a.ipynb.",
    scope: "projects:write",
    params: sessionId,
    body: z.object({ next: z.string().max(2000).optional() }),
    answer: { status: 201, type: "application/json", schema: z.object({ url: z.string() }) },
    failures: ["invalid", "forbidden", "not_found"],
  },
} as const satisfies Record<string, Operation>;
