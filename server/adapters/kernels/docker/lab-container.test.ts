import { expect, test } from "vitest";
import { isTerminalBusy } from "./lab-container.ts";

const first = { pid: 100, parent: 90, hasTerminal: false };
const server = { pid: 107, parent: 100, hasTerminal: false };
const kernel = { pid: 120, parent: 107, hasTerminal: false };
const shell = { pid: 130, parent: 107, hasTerminal: true };
const job = { pid: 140, parent: 130, hasTerminal: true };

test("a kernel at work, or a shell that waits, is no busy terminal", () => {
  expect(isTerminalBusy([])).toBe(false);
  expect(isTerminalBusy([first, server, kernel, shell, { pid: 150, parent: 120, hasTerminal: false }])).toBe(false);
});

test("a job in a shell is one, and so is what a closed shell left behind", () => {
  expect(isTerminalBusy([first, server, shell, job])).toBe(true);
  expect(isTerminalBusy([first, server, { ...job, parent: 100 }])).toBe(true);
});
