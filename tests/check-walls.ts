/** Runs dependency-cruiser over the house and fails when a wall is crossed, or when too little was read to say so. */
import { createRequire } from "node:module";
import { cruise } from "dependency-cruiser";

const rules = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
const { output } = await cruise(["app", "components", "lib", "server", "drizzle"], {
  ruleSet: { forbidden: rules.forbidden },
  validate: true,
  ...rules.options,
});
if (typeof output === "string") throw new Error("dependency-cruiser answered with text instead of its result");

const own = output.modules.filter((module) => /^(app|components|lib|server|drizzle)\//.test(module.source));
for (const { rule, from, to } of output.summary.violations) console.error(`${rule.name}: ${from} -> ${to}`);
// dependency-cruiser reports success over nothing when it cannot load TypeScript.
const linked = own.filter((module) => module.dependencies.length > 0);
console.log(`${own.length} modules read, ${output.summary.totalDependenciesCruised} imports, ${output.summary.violations.length} across a wall`);
if (linked.length < 50) {
  console.error("Too few modules were read with their imports: the check itself is broken.");
  process.exit(1);
}
process.exit(output.summary.error > 0 ? 1 : 0);
