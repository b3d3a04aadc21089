/**
 * A seccomp filter as classic BPF, for bubblewrap's --seccomp. It refuses the system calls through which
 * kernel bugs and containers have been left before, and which no notebook needs.
 * Instruction layout: struct sock_filter in linux/filter.h, data layout: struct seccomp_data in linux/seccomp.h.
 */
export type Architecture = "x64" | "arm64";

/** Name → number on x86_64 and on aarch64; null where the architecture has no such call. */
const refusedCalls = {
  // Mounts and roots
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  // Namespaces
  unshare: [272, 97],
  setns: [308, 268],
  // Other processes
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  // Large, young or privileged parts of the kernel
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  userfaultfd: [323, 282],
  perf_event_open: [298, 241],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  fanotify_init: [300, 262],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  memfd_secret: [447, 447],
  personality: [135, 92],
  modify_ldt: [154, null],
  iopl: [172, null],
  ioperm: [173, null],
  uselib: [134, null],
  ustat: [136, null],
  sysfs: [139, null],
  _sysctl: [156, null],
  lookup_dcookie: [212, 18],
  nfsservctl: [180, 42],
  // The machine itself
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  syslog: [103, 116],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  vhangup: [153, 58],
  sethostname: [170, 161],
  setdomainname: [171, 162],
} as const satisfies Record<string, readonly [number, number | null]>;

const callNumbers = {
  x64: { audit: 0xc000003e, clone: 56, clone3: 435, socket: 41, ioctl: 16 },
  arm64: { audit: 0xc00000b7, clone: 220, clone3: 435, socket: 198, ioctl: 29 },
} as const;

/** Sockets inside the sandbox, of the sandbox's own network, and netlink (which lists its interfaces). AF_VSOCK would reach the host of a virtual machine. */
export const allowedSocketFamilies = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
export const newNamespaceFlagNumbers = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000] as const;
const newNamespaceFlags = newNamespaceFlagNumbers.reduce((all, flag) => all | flag, 0);
/** Would type into the terminal that started us. */
export const refusedTerminalRequests = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c } as const;
/** The x32 calls of an x86_64 kernel would walk around the numbers above. */
const x32Bit = 0x40000000;

const allow = 0x7fff0000;
const killProcess = 0x80000000;
const refuseWith = (errno: number) => 0x00050000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

const offsetOf = { call: 0, architecture: 4, firstArgument: 16, secondArgument: 24 } as const;
const opcodes = { load: 0x20, equals: 0x15, atLeast: 0x35, anyBit: 0x45, answer: 0x06 } as const;

type Instruction = { readonly code: number; readonly ifTrue: number; readonly ifFalse: number; readonly value: number };

const load = (offset: number): Instruction => ({ code: opcodes.load, ifTrue: 0, ifFalse: 0, value: offset });
const answer = (value: number): Instruction => ({ code: opcodes.answer, ifTrue: 0, ifFalse: 0, value });
/** Runs the next instruction when the test holds, and skips `otherwise` instructions when it does not. */
const when = (code: number, value: number, otherwise: number): Instruction => ({ code, ifTrue: 0, ifFalse: otherwise, value });

/** The program as bytes, in the machine's own (little-endian) order. */
export function buildSeccompFilter(architecture: Architecture): Buffer {
  const numbers = callNumbers[architecture];
  return assemble([
    load(offsetOf.architecture),
    { code: opcodes.equals, ifTrue: 1, ifFalse: 0, value: numbers.audit },
    answer(killProcess),
    load(offsetOf.call),
    ...(architecture === "x64" ? [when(opcodes.atLeast, x32Bit, 1), answer(refuseWith(ENOSYS))] : []),
    ...refusedNumbers(architecture).flatMap((number) => [when(opcodes.equals, number, 1), answer(refuseWith(EPERM))]),
    // Its flags lie in memory, where a filter cannot look; C libraries fall back to clone.
    when(opcodes.equals, numbers.clone3, 1),
    answer(refuseWith(ENOSYS)),
    ...onCall(numbers.clone, [load(offsetOf.firstArgument), when(opcodes.anyBit, newNamespaceFlags, 1), answer(refuseWith(EPERM)), answer(allow)]),
    ...onCall(numbers.socket, [
      load(offsetOf.firstArgument),
      ...Object.values(allowedSocketFamilies).flatMap((family) => [when(opcodes.equals, family, 1), answer(allow)]),
      answer(refuseWith(EAFNOSUPPORT)),
    ]),
    ...onCall(numbers.ioctl, [
      load(offsetOf.secondArgument),
      ...Object.values(refusedTerminalRequests).flatMap((request) => [when(opcodes.equals, request, 1), answer(refuseWith(EPERM))]),
      answer(allow),
    ]),
    answer(allow),
  ]);
}

export function refusedNumbers(architecture: Architecture): readonly number[] {
  const column = architecture === "x64" ? 0 : 1;
  return Object.values(refusedCalls)
    .map((numbers) => numbers[column])
    .filter((number) => number !== null);
}

export function refusedCallNames(architecture: Architecture): readonly string[] {
  const column = architecture === "x64" ? 0 : 1;
  return Object.entries(refusedCalls).flatMap(([name, numbers]) => (numbers[column] === null ? [] : [name]));
}

/** A block that must end in an answer, since it loses the call's number. */
function onCall(number: number, block: readonly Instruction[]): Instruction[] {
  return [when(opcodes.equals, number, block.length), ...block];
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, ifTrue, ifFalse, value }] of program.entries()) {
    if (ifTrue > 255 || ifFalse > 255) throw new Error("A jump is too far for one byte.");
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
