import { allowedSocketFamilies, newNamespaceFlagNumbers, refusedCallNames, refusedTerminalRequests } from "../process/seccomp.ts";

type Argument = {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: "SCMP_CMP_EQ" | "SCMP_CMP_GT" | "SCMP_CMP_MASKED_EQ";
};
type Rule = { readonly names: readonly string[]; readonly action: "SCMP_ACT_ERRNO"; readonly errnoRet: number; readonly args?: readonly Argument[] };

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
/** The kernel looks at 32 bits of these arguments; a rule that compared all 64 could be walked around. */
const lower32Bits = 0xffffffff;

const refuse = (names: readonly string[], errnoRet: number, args?: readonly Argument[]): Rule => ({
  names,
  action: "SCMP_ACT_ERRNO",
  errnoRet,
  ...(args ? { args } : {}),
});

/** The process adapter's filter in the notation of container engines: the same calls refused, in the same way. */
export function seccompProfile(architecture: "x64" | "arm64"): string {
  const families = Object.values(allowedSocketFamilies).toSorted((one, other) => one - other);
  const highest = families.at(-1) ?? 0;
  const refusedFamilies = Array.from({ length: highest }, (_, family) => family).filter((family) => !families.some((allowed) => allowed === family));
  const onFamily = (op: Argument["op"], value: number) => refuse(["socket"], EAFNOSUPPORT, [{ index: 0, value, op }]);
  return JSON.stringify({
    defaultAction: "SCMP_ACT_ALLOW",
    // No second set of calls (x32, 32 bits) beside the machine's own.
    architectures: [architecture === "x64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64"],
    syscalls: [
      refuse(refusedCallNames(architecture), EPERM),
      // Its flags lie in memory, where a filter cannot look; C libraries fall back to clone.
      refuse(["clone3"], ENOSYS),
      ...newNamespaceFlagNumbers.map((flag) => refuse(["clone"], EPERM, [{ index: 0, value: flag, valueTwo: flag, op: "SCMP_CMP_MASKED_EQ" }])),
      ...refusedFamilies.map((family) => onFamily("SCMP_CMP_EQ", family)),
      onFamily("SCMP_CMP_GT", highest),
      ...Object.values(refusedTerminalRequests).map((request) =>
        refuse(["ioctl"], EPERM, [{ index: 1, value: lower32Bits, valueTwo: request, op: "SCMP_CMP_MASKED_EQ" }]),
      ),
    ],
  });
}
