import { describe, expect, test } from "vitest";
import { type Architecture, buildSeccompFilter, refusedNumbers } from "./seccomp.ts";

const allow = 0x7fff0000;
const refused = (errno: number) => 0x00050000 | errno;
const audit = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

/** What the kernel would do: a tiny machine for the instructions that the filter uses. */
function decide(architecture: Architecture, call: number, args: readonly number[] = [], from: number = audit[architecture]): number {
  const program = buildSeccompFilter(architecture);
  const data = new Map([
    [0, call],
    [4, from],
    [16, args[0] ?? 0],
    [24, args[1] ?? 0],
  ]);
  let accumulator = 0;
  for (let index = 0; index < program.length / 8; index += 1) {
    const [code, ifTrue, ifFalse, value] = [
      program.readUInt16LE(index * 8),
      program.readUInt8(index * 8 + 2),
      program.readUInt8(index * 8 + 3),
      program.readUInt32LE(index * 8 + 4),
    ];
    if (code === 0x06) return value;
    if (code === 0x20) accumulator = data.get(value) ?? 0;
    else {
      const holds = code === 0x15 ? accumulator === value : code === 0x35 ? accumulator >= value : (accumulator & value) !== 0;
      index += holds ? ifTrue : ifFalse;
    }
  }
  throw new Error("The program has no end.");
}

describe.each([
  ["x64", { read: 0, openat: 257, clone: 56, clone3: 435, socket: 41, ioctl: 16, ptrace: 101 }],
  ["arm64", { read: 63, openat: 56, clone: 220, clone3: 435, socket: 198, ioctl: 29, ptrace: 117 }],
] as const)("the filter for %s", (architecture, calls) => {
  test("lets ordinary calls pass", () => {
    for (const call of [calls.read, calls.openat]) expect(decide(architecture, call)).toBe(allow);
  });

  test("refuses every call of its list", () => {
    expect(refusedNumbers(architecture)).toContain(calls.ptrace);
    for (const call of refusedNumbers(architecture)) expect(decide(architecture, call)).toBe(refused(1));
  });

  test("lets threads be made, but no namespaces", () => {
    expect(decide(architecture, calls.clone, [0x3d0f00])).toBe(allow);
    for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
      expect(decide(architecture, calls.clone, [flag | 17])).toBe(refused(1));
    expect(decide(architecture, calls.clone3)).toBe(refused(38));
  });

  test("lets only sockets of the sandbox's own network be made", () => {
    for (const family of [1, 2, 10, 16]) expect(decide(architecture, calls.socket, [family])).toBe(allow);
    for (const family of [17, 38, 40, 44]) expect(decide(architecture, calls.socket, [family])).toBe(refused(97));
  });

  test("does not let anybody type into a terminal", () => {
    expect(decide(architecture, calls.ioctl, [0, 0x5401])).toBe(allow);
    expect(decide(architecture, calls.ioctl, [0, 0x5412])).toBe(refused(1));
  });

  test("kills a process that speaks another architecture's numbers", () => {
    expect(decide(architecture, calls.read, [], 0x40000003)).toBe(0x80000000);
  });
});

test("the second numbering of x86_64 is no way around", () => {
  expect(decide("x64", 0x40000000 + 101)).toBe(refused(38));
});
