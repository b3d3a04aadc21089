import { access } from "node:fs/promises";
import type { Config } from "#server/config.ts";
import { findRuntime, hostPackages, hostRuntimePackages } from "#server/machine.ts";
import { CommandProblem } from "./command-problem.ts";
import { runCommand } from "./run-command.ts";

/** The forge is the system's git. */
const always = ["git", "bubblewrap"] as const;

export type MissingPackages = { readonly names: readonly string[]; readonly may: "root" | "sudo" | "no"; readonly line: string };

/** What this machine lacks, and whether `up` may install it. */
export async function findMissingPackages(config: Config): Promise<MissingPackages> {
  const isRoot = process.getuid?.() === 0;
  // Building an environment for kernels is root's: others use one that is there, or the machine's own kernels.
  const wanted: readonly string[] =
    config.kernels.adapter !== "process"
      ? ["git"]
      : (await findRuntime(config))
        ? always
        : [...always, ...(isRoot && config.kernels.runtime !== "host" ? hostPackages : hostRuntimePackages)];
  const names: string[] = [];
  for (const name of new Set(wanted)) if (!(await isInstalled(name))) names.push(name);
  const hasApt = (await runCommand(["apt-get", "--version"])).code === 0;
  const may = !hasApt ? "no" : isRoot ? "root" : (await runCommand(["sudo", "--non-interactive", "true"])).code === 0 ? "sudo" : "no";
  return { names, may, line: `${isRoot ? "" : "sudo "}apt-get install --no-install-recommends ${names.join(" ")}` };
}

export async function installPackages(missing: MissingPackages): Promise<void> {
  const before = missing.may === "sudo" ? ["sudo", "--non-interactive"] : [];
  const apt = [...before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--assume-yes"];
  await runCommand([...apt, "update"]);
  const { code, output } = await runCommand([...apt, "install", "--no-install-recommends", ...missing.names]);
  if (code !== 0)
    throw new CommandProblem(`apt could not install the packages. Its last words:\n${output.slice(-1500)}\nPlease type it yourself: ${missing.line}`);
}

/** dpkg-query's own notation. */
const statusField = ["$", "{db:Status-Status}"].join("");

const programs: Readonly<Record<string, string>> = { git: "git", bubblewrap: "bwrap", mmdebstrap: "mmdebstrap" };

async function isInstalled(name: string): Promise<boolean> {
  const program = programs[name];
  if (program !== undefined) return (await runCommand(["sh", "-c", 'command -v "$1"', "sh", program])).code === 0;
  if (name === "debian-archive-keyring") {
    return access("/usr/share/keyrings/debian-archive-keyring.gpg").then(
      () => true,
      () => false,
    );
  }
  return (await runCommand(["dpkg-query", "--show", "--showformat", statusField, name])).output.trim() === "installed";
}
