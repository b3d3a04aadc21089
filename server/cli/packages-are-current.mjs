// Says by its exit code whether node_modules holds what package-lock.json asks for. Plain JavaScript without
// dependencies: it runs before anything is installed.
import { readFileSync } from "node:fs";
import path from "node:path";

const root = process.argv[2] ?? ".";

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), "utf8")).packages;
  } catch {
    return null;
  }
}

const wanted = packagesIn("package-lock.json");
// npm writes this one last, so that an installation cut short does not count.
const installed = packagesIn("node_modules/.package-lock.json");
const lacking =
  wanted && installed
    ? Object.entries(wanted).filter(([place, entry]) => place !== "" && !(entry.optional && !installed[place]) && installed[place]?.version !== entry.version)
    : ["everything"];
process.exit(lacking.length === 0 ? 0 : 1);
