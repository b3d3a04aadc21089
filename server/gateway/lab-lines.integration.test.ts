import net from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen, untilTrue } from "#tests/lab-visit.ts";
import type { Control } from "./asker.ts";
import { createLabLines, type LabLines } from "./lab-lines.ts";

const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
let server: net.Server;
let lines: LabLines;
const asking: net.Socket[] = [];
let connections = 0;

beforeEach(async () => {
  connections = 0;
  asking.length = 0;
  server = net.createServer((socket) => {
    connections++;
    socket.on("error", () => {}).on("data", () => asking.push(socket));
  });
  lines = createLabLines({ host: "127.0.0.1", port: await listen(server) });
});
afterEach(() => {
  lines.close();
  server.close();
});

function ask(): { outcome: string; control: Control | null } {
  const asked: { outcome: string; control: Control | null } = { outcome: "", control: null };
  const question = { method: "GET", target: "/", headers: ["host", "lab"], body: null };
  lines.ask(
    question,
    {
      onStart: (control) => (asked.control = control),
      onHead: () => {},
      onData: (chunk) => (asked.outcome += chunk.toString()),
      onEnd: () => (asked.outcome += "."),
      onError: (error) => (asked.outcome = error.message),
    },
    false,
  );
  return asked;
}

test("more than there are connections for wait, and each is answered once", async () => {
  const asked = Array.from({ length: 100 }, ask);
  await untilTrue(() => asking.length === 64);
  // Whoever leaves while waiting is told so, and asks nothing.
  asked[90]?.control?.abort(new Error("left"));
  await untilTrue(() => {
    for (const socket of asking.splice(0)) socket.write(answer);
    return asked.every(({ outcome }) => outcome !== "");
  });
  expect(asked.filter(({ outcome }) => outcome === "ok.")).toHaveLength(99);
  expect(asked[90]?.outcome).toBe("left");
  expect(connections).toBe(64);
});

test("what waits when the lab ends is told so, and what comes later too", async () => {
  const asked = Array.from({ length: 70 }, ask);
  await untilTrue(() => asking.length === 64);
  lines.close();
  expect(new Set(asked.map(({ outcome }) => outcome))).toEqual(new Set(["The lab has ended."]));
  expect(ask().outcome).toBe("The lab has ended.");
});

test("words that nobody asked for end their connection", async () => {
  const first = ask();
  await untilTrue(() => asking.length === 1);
  asking[0]?.write(answer);
  await untilTrue(() => first.outcome === "ok.");
  asking[0]?.write(answer);
  await untilTrue(() => asking[0]?.readableEnded === true || asking[0]?.destroyed === true);
  const second = ask();
  await untilTrue(() => asking.length === 2);
  asking[1]?.write(answer);
  await untilTrue(() => second.outcome === "ok.");
  expect(connections).toBe(2);
});
