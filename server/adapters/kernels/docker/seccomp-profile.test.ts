import { expect, test } from "vitest";
import { refusedCallNames } from "../process/seccomp.ts";
import { seccompProfile } from "./seccomp-profile.ts";

type Profile = { architectures: string[]; syscalls: { names: string[]; args?: { index: number; value: number; valueTwo?: number; op: string }[] }[] };
const profile = JSON.parse(seccompProfile("x64")) as Profile;
const rulesOn = (name: string) => profile.syscalls.filter((rule) => rule.names.includes(name));

test("refuses what the process adapter's filter refuses, for this machine's calls alone", () => {
  expect(profile.architectures).toEqual(["SCMP_ARCH_X86_64"]);
  expect(profile.syscalls[0]?.names).toEqual(refusedCallNames("x64"));
  expect(refusedCallNames("arm64")).not.toContain("iopl");
});

test("lets through sockets of four families and no other", () => {
  const refuses = (family: number): boolean =>
    rulesOn("socket").some(({ args: [one] = [] }) => (one?.op === "SCMP_CMP_EQ" ? one.value === family : one?.op === "SCMP_CMP_GT" && family > one.value));
  expect(Array.from({ length: 64 }, (_, family) => family).filter((family) => !refuses(family))).toEqual([1, 2, 10, 16]);
});

test("refuses every new namespace of clone, whatever else is asked, and requests of terminals whatever their upper half", () => {
  const masks = rulesOn("clone").map(({ args }) => args?.[0]);
  expect(masks.reduce((all, one) => all | (one?.value ?? 0), 0) >>> 0).toBe(0x7e020000);
  expect(masks.every((one) => one?.op === "SCMP_CMP_MASKED_EQ" && one.value === one.valueTwo)).toBe(true);
  expect(rulesOn("ioctl").every(({ args }) => args?.[0]?.op === "SCMP_CMP_MASKED_EQ" && args[0].value === 0xffffffff)).toBe(true);
});
