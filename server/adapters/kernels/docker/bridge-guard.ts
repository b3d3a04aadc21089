import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Config } from "#server/config.ts";

/** Whether what containers on our bridges reach ends outside this machine. */
export type BridgeGuard = { readonly holds: boolean /** In words for the operator. */; readonly how: string };

/** Every bridge of ours begins with this; Linux names no interface longer than `interfaceCharacters`. */
export const bridgePrefix = "sheaf-";
export const interfaceCharacters = 15;

const chains = { INPUT: "SHEAF-INPUT", FORWARD: "SHEAF-FORWARD" } as const;
type Hook = keyof typeof chains;
const hooks = ["INPUT", "FORWARD"] as const satisfies readonly Hook[];
const answersOnly = "-m conntrack --ctstate ESTABLISHED,RELATED -j RETURN";
/** What stays on one bridge is the network's own to decide; not every kernel can tell. */
const fromOneToAnother = ["-m physdev ! --physdev-is-bridged", ""] as const;

export const guardLine = `iptables -I INPUT -i ${bridgePrefix}+ -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP`;
const jump = (hook: Hook): string[] => [hook, "-i", `${bridgePrefix}+`, "-j", chains[hook]];

/**
 * Sees to it that containers on our bridges reach nothing that this machine serves (a bridge's own address leads to
 * whatever listens on all), nor one bridge from another. Two chains of our own, laid anew in one step whenever they are
 * not as they should be; nobody else's rule is touched.
 */
export async function ensureBridgeGuard(docker: Config["docker"]): Promise<BridgeGuard> {
  const given = withoutTrying(docker);
  if (given) return given;
  try {
    if (!(await isLaid("iptables"))) await lay("iptables");
    // Our networks have no IPv6; where the machine has none either, there is nothing to close.
    if (!(await isLaid("ip6tables"))) await lay("ip6tables").catch(() => undefined);
    return (await isLaid("iptables")) ? laid : open("its rules did not stay");
  } catch (error) {
    return open(firstLine(error));
  }
}

/** The same without changing anything. */
export async function findBridgeGuard(docker: Config["docker"]): Promise<BridgeGuard> {
  const given = withoutTrying(docker);
  if (given) return given;
  return isLaid("iptables").then(
    (found) => (found ? laid : open("the engine adds its rules when it starts")),
    (error: unknown) => open(firstLine(error)),
  );
}

/** Whether a bridge of that name is this machine's, so that its packet filter sees what passes. */
export async function isBridgeHere(name: string): Promise<boolean> {
  return (await readFile("/proc/self/net/dev", "utf8")).split("\n").some((line) => line.trimStart().startsWith(`${name}:`));
}

const laid: BridgeGuard = { holds: true, how: `closed towards this machine by the chain ${chains.INPUT} of its packet filter` };

function open(why: string): BridgeGuard {
  return { holds: false, how: `not closed towards this machine (${why}). As root: ${guardLine}` };
}

function withoutTrying({ guard, address }: Config["docker"]): BridgeGuard | null {
  if (guard === "operator") return { holds: true, how: "closed towards this machine by its operator (SHEAF_BRIDGE_GUARD)" };
  if (!address.startsWith("unix:")) return open("the container engine is another machine's");
  return process.getuid?.() === 0 ? null : open("only root may change the packet filter");
}

type Program = "iptables" | "ip6tables";

/** A chain that was emptied by hand counts as not laid. Throws where the program cannot be used. */
async function isLaid(program: Program): Promise<boolean> {
  const { stdout } = await promisify(execFile)(program, ["-w", "-S"]);
  const rules = new Set(stdout.split("\n").map((line) => line.trim()));
  const has = (hook: Hook): boolean => rules.has(`-A ${jump(hook).join(" ")}`) && rules.has(`-N ${chains[hook]}`);
  const drops = [...rules].filter((rule) => /^-A SHEAF-(?:INPUT|FORWARD) .*-j DROP$/.test(rule));
  return hooks.every(has) && drops.length === hooks.length;
}

async function lay(program: Program): Promise<void> {
  await restore(program, fromOneToAnother[0]).catch(() => restore(program, fromOneToAnother[1]));
  for (const hook of hooks) {
    const isThere = await promisify(execFile)(program, ["-w", "-C", ...jump(hook)]).then(
      () => true,
      () => false,
    );
    if (!isThere) await promisify(execFile)(program, ["-w", "-I", ...jump(hook)]);
  }
}

/** All of it or nothing: chains that are named are emptied and filled in one step. */
async function restore(program: Program, between: string): Promise<void> {
  const text = [
    "*filter",
    ...hooks.map((hook) => `:${chains[hook]} - [0:0]`),
    `-A ${chains.INPUT} ${answersOnly}`,
    `-A ${chains.INPUT} -j DROP`,
    `-A ${chains.FORWARD} -o ${bridgePrefix}+ ${between} -j DROP`.replace("  ", " "),
    "COMMIT",
    "",
  ].join("\n");
  const child = spawn(`${program}-restore`, ["-w", "--noflush"], { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(text);
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(said.trim() || `${program}-restore ended with code ${code}`);
}

function firstLine(error: unknown): string {
  const { code, stderr, message } = error as { code?: unknown; stderr?: string; message?: string };
  if (code === "ENOENT") return "there is no iptables; apt-get install iptables";
  return (stderr || message || String(error)).trim().split("\n", 1)[0]?.slice(0, 200) ?? "";
}
