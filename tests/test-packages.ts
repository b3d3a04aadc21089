import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What only the tests need from the system: a browser, and a second PostgreSQL. The rest is `./sheaf up`'s own list. */
const wanted = [
  { file: "/usr/bin/chromium", packages: ["chromium", "fonts-dejavu-core"] },
  { file: "/usr/lib/postgresql", packages: ["postgresql"] },
];

/** Installs what is missing where this user may; where not, the tests that need it say "skipped". */
export async function ensureTestPackages(): Promise<void> {
  const missing = wanted.filter(({ file }) => !existsSync(file)).flatMap(({ packages }) => packages);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.log(`Missing for the tests: apt-get install ${missing.join(" ")}`);
    return;
  }
  console.log(`Installing ${missing.join(", ")} …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-q"], { stdio: ["ignore", "ignore", "inherit"], env: environment });
  const installed = spawnSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...missing], {
    stdio: ["ignore", "ignore", "inherit"],
    env: environment,
  });
  if (installed.status !== 0) console.log("The packages could not be installed; what needs them is skipped.");
}
