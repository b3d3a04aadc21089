import { expect, test } from "vitest";
import { createStreamRoom } from "./stream-room.ts";

test("streams are bounded in all, for an address and for a run, and give their place back when they end", () => {
  const room = createStreamRoom({ all: 4, address: 3, run: 2 });
  const endings: AbortController[] = [];
  const enter = (address: string, run: string) => {
    const ending = new AbortController();
    endings.push(ending);
    return room.enter(address, run, ending.signal).ok;
  };
  expect([enter("a", "x"), enter("a", "x"), enter("a", "x")]).toEqual([true, true, false]);
  expect([enter("a", "y"), enter("a", "z")]).toEqual([true, false]);
  expect([enter("b", "x"), enter("c", "x")]).toEqual([true, false]);
  for (const ending of endings) ending.abort();
  expect([enter("a", "x"), enter("a", "x"), enter("a", "y"), enter("c", "x"), enter("c", "x")]).toEqual([true, true, true, true, false]);
});
