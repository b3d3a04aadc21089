import { expect, test } from "vitest";
import { jsonText } from "./jsonb.ts";

test("replaces what the database refuses, in keys too, and nothing else", () => {
  const value = { "a\u0000": "x\u0000y \ud83d z \\u0000 \\\u0000 \ud83d\ude00 \udc00", fine: "\\ud800 é\n" };
  expect(JSON.parse(jsonText(value))).toEqual({ "a\ufffd": "x\ufffdy \ufffd z \\u0000 \\\ufffd \ud83d\ude00 \ufffd", fine: "\\ud800 é\n" });
});
