import { z } from "zod";
import type { Operation } from "./operations.ts";

/** Labs, and all of mine that runs. */
export const labOperations = {
  issueLabTicket: {
    method: "post",
    path: "/sessions/{id}/tickets",
    summary: "An address that lets the asking browser into a lab of one's own: once, and within a minute. `next` is a path inside the lab.",
    scope: "projects:write",
    params: z.object({ id: z.string().min(1).max(200).describe("Id of a session") }),
    body: z.object({ next: z.string().max(2000).optional() }),
    answer: { status: 201, type: "application/json", schema: z.object({ url: z.string() }) },
    failures: ["invalid", "forbidden", "not_found"],
  },
} as const satisfies Record<string, Operation>;
