import { z } from "zod";
import { type LabView, labPhases, labStates, labStopReasons, type RunningThing } from "#lib/domain/lab.ts";

const instant = z.iso.datetime().describe("ISO 8601, UTC");

const usage = z.object({ memoryBytes: z.number(), limitBytes: z.number(), cpuSeconds: z.number(), cpus: z.number() });

export const lab = z
  .object({
    id: z.string(),
    owner: z.string().optional().describe("Username of the person whose lab it is"),
    project: z.object({ id: z.string(), slug: z.string(), title: z.string() }).nullable().describe("Null: a lab on the home itself"),
    state: z.enum(labStates),
    phase: z.enum(labPhases).describe("Of the start that goes on, or of the last one"),
    progress: z.object({ done: z.number(), total: z.number() }).nullable().describe("Files made, of all that are made, in the phase “files”"),
    startedAt: instant,
    usualStartMs: z.number().nullable(),
    readyAt: instant.nullable(),
    stopsAt: instant.nullable().describe("When it will be stopped for being idle; null while something is busy"),
    busy: z.enum(["kernel", "terminal"]).nullable(),
    stopReason: z.enum(labStopReasons).nullable(),
    error: z.string().nullable(),
    usage: usage.nullable(),
    url: z.string().describe("Page of this site that holds the lab"),
  })
  .meta({ id: "Lab" });

export const runningThing = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("lab"), lab }),
    z.object({ kind: z.literal("run"), id: z.string(), title: z.string(), state: z.string(), queuedAt: instant, usage: usage.nullable(), url: z.string() }),
  ])
  .meta({ id: "RunningThing" });

type Same<Domain, Schema extends z.ZodType> = Domain extends z.input<Schema> ? true : never;
/** Fails to compile where what the use-cases answer is not what the document says. */
({ lab: true, running: true }) satisfies { lab: Same<LabView, typeof lab>; running: Same<RunningThing, typeof runningThing> };
