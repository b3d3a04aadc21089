import { expect, test } from "vitest";
import { type PartState, summarizeHealth } from "./health.ts";

const part = (state: PartState) => ({ state, since: "2026-01-01T00:00:00.000Z" });
const all = { database: part("ready"), web: part("ready"), engine: part("ready"), kernels: part("ready"), gateway: part("ready") };

test("everything ready is ready", () => expect(summarizeHealth(all)).toMatchObject({ status: "ready", ready: true, live: true }));
test("without an engine people can still read", () =>
  expect(summarizeHealth({ ...all, engine: part("restarting") })).toMatchObject({ status: "degraded", ready: true }));
test.each(["web", "database"])("without %s the house is down", (name) =>
  expect(summarizeHealth({ ...all, [name]: part("restarting") })).toMatchObject({ status: "down", ready: false, live: true }),
);
test("a house whose pages were never heard of is down", () => expect(summarizeHealth({})).toMatchObject({ status: "down" }));
