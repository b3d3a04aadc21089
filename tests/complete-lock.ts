import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * For maintainers, after any change of dependencies: `node tests/complete-lock.ts` (`--check` only looks).
 * npm leaves optional packages for other platforms out of the lock when the registry in use does not carry them,
 * and `npm ci` then refuses that lock everywhere. This adds them as entries which only those platforms would install.
 */
type Entry = {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  resolved?: string;
  optionalDependencies?: Record<string, string>;
};
type Lock = { packages: Record<string, Entry> };

const systems = ["darwin", "win32", "android", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony", "linux"];
const processors = ["arm64", "x64", "ia32", "riscv64", "ppc64", "s390x", "loong64", "mips64el", "wasm32", "arm"];

const file = path.join(import.meta.dirname, "../package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
const missing = findMissing(lock);
const foreign = Object.entries(lock.packages).filter(
  ([, entry]) => entry.resolved?.startsWith("http") && !entry.resolved.startsWith("https://registry.npmjs.org/"),
);
for (const [place, entry] of foreign) console.error(`${place} comes from ${entry.resolved}`);

if (process.argv.includes("--check")) {
  for (const [place] of missing) console.error(`${place} is missing in package-lock.json: run "node tests/complete-lock.ts"`);
  process.exitCode = missing.length + foreign.length > 0 ? 1 : 0;
} else {
  const packages = Object.fromEntries([...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`${missing.length} entries added`);
}

function findMissing({ packages }: Lock): [string, Entry][] {
  const found = new Map<string, Entry>();
  for (const [place, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isInstalled(packages, place, name)) continue;
      const platform = platformOf(name);
      if (platform)
        found.set(`node_modules/${name}`, { version: range.replace(/^[\^~>=\s]+/, ""), optional: true, ...(entry.dev ? { dev: true } : {}), ...platform });
      else console.error(`${name} ${range} is missing, and its name tells no platform`);
    }
  }
  return [...found];
}

/** Looks where Node would: beside the package, then in each folder above. */
function isInstalled(packages: Lock["packages"], from: string, name: string): boolean {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf("/node_modules/")))) {
    if (packages[`${place === "" ? "" : `${place}/`}node_modules/${name}`]) return true;
    if (place === "") return false;
  }
}

function platformOf(name: string): Pick<Entry, "os" | "cpu" | "libc"> | null {
  const words = name.split(/[-/_]/);
  const os = systems.find((system) => words.includes(system) || (system === "win32" && words.includes("windows")));
  const cpu = processors.find((processor) => words.includes(processor)) ?? (words.some((word) => /^armv?\d$/.test(word)) ? "arm" : undefined);
  if (!os && !cpu) return null;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}), ...(words.includes("musl") ? { libc: ["musl"] } : {}) };
}
