import { expect, test } from "vitest";
import { fail, ok, type Result } from "#lib/result.ts";
import { inTurn } from "./in-turn.ts";

test("few notebooks are in memory at once, whoever fails gives way, and far too many are sent away", async () => {
  let [now, most] = [0, 0];
  const work = async (index: number): Promise<Result<number>> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now--;
    if (index % 3 === 0) throw new Error("unreadable");
    return index % 3 === 1 ? fail("not_found", "gone") : ok(index);
  };
  const answers = await Promise.allSettled(Array.from({ length: 150 }, (_, index) => inTurn(() => work(index))));
  const sentAway = answers.filter((answer) => answer.status === "fulfilled" && !answer.value.ok && answer.value.failure.code === "unavailable");
  expect([most, sentAway.length]).toEqual([4, 46]);
  expect(await inTurn(async () => ok("again"))).toEqual(ok("again"));
});
