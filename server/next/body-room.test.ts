import { expect, test } from "vitest";
import { ok } from "#lib/result.ts";
import { createBodyRoom } from "./body-room.ts";

function held() {
  let leave = () => {};
  const until = new Promise<void>((resolve) => {
    leave = resolve;
  });
  return { leave, read: () => until.then(() => ok("read")) };
}

test("who finds no room waits unread, and is let in when somebody leaves", async () => {
  const room = createBodyRoom({ totalBytes: 100, waitMs: 10_000 });
  const [first, second] = [held(), held()];
  const one = room.hold(80, "a", first.read);
  let isRead = false;
  const two = room.hold(50, "b", () => {
    isRead = true;
    return second.read();
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isRead).toBe(false);
  first.leave();
  expect(await one).toMatchObject({ value: "read" });
  await expect.poll(() => isRead).toBe(true);
  second.leave();
  expect(await two).toMatchObject({ value: "read" });
});

test("who waits too long is told to come back, and takes no room later", async () => {
  const room = createBodyRoom({ totalBytes: 100, waitMs: 20 });
  const first = held();
  const one = room.hold(100, "a", first.read);
  expect(await room.hold(1, "b", async () => ok("read"))).toMatchObject({ failure: { code: "unavailable", retryAfterSeconds: 5 } });
  first.leave();
  await one;
  expect(await room.hold(100, "b", async () => ok("read"))).toMatchObject({ ok: true });
});

test("one sender never holds more than half, and one body too large for the room goes alone", async () => {
  const room = createBodyRoom({ totalBytes: 100, waitMs: 20 });
  const [slow, huge] = [held(), held()];
  const one = room.hold(40, "slow", slow.read);
  expect(await room.hold(20, "slow", async () => ok("read"))).toMatchObject({ ok: false });
  expect(await room.hold(60, "other", async () => ok("read"))).toMatchObject({ ok: true });
  slow.leave();
  await one;
  const alone = room.hold(500, "huge", huge.read);
  expect(await room.hold(1, "other", async () => ok("read"))).toMatchObject({ ok: false });
  huge.leave();
  await alone;
});

test("room is given back when reading fails", async () => {
  const room = createBodyRoom({ totalBytes: 100, waitMs: 20 });
  await expect(room.hold(100, "a", () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  expect(await room.hold(100, "b", async () => ok("read"))).toMatchObject({ ok: true });
});
