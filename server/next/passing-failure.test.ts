import { expect, test } from "vitest";
import { passingFailure } from "./passing-failure.ts";

const because = (cause: object) => new Error("Failed query", { cause: Object.assign(new Error("cause"), cause) });

test.each([
  ["a database that is gone", because({ code: "ECONNREFUSED" })],
  ["a database that starts", because({ code: "57P03" })],
  ["a database without room", because({ code: "53100" })],
  ["a lock that was lost with its connection", Object.assign(new Error("lost"), { code: "CONNECTION_LOST" })],
  ["the database's socket that is not there yet", because({ code: "ENOENT", syscall: "connect" })],
])("%s passes by itself", (_what, error) => expect(passingFailure(error)).toMatchObject({ code: "unavailable", retryAfterSeconds: 5 }));

test.each([
  ["a wrong statement", because({ code: "42P01" })],
  ["a file that is missing", Object.assign(new Error("no file"), { code: "ENOENT", syscall: "open" })],
  ["anything else", new Error("oh")],
])("%s does not", (_what, error) => expect(passingFailure(error)).toBeNull());
