/** The walls of docs/architecture.md. `npm run walls` fails when no module was read. */
const layer = (name, from, to, why) => ({ name, severity: "error", comment: why, from, to });

module.exports = {
  forbidden: [
    layer(
      "lib-is-pure",
      { path: "^lib/", pathNot: "\\.test\\.ts$" },
      { path: "^(app|components|server|drizzle)/" },
      "lib is tested by thousands of cases without a server; it imports nothing above it.",
    ),
    layer("lib-has-no-io", { path: "^lib/", pathNot: "\\.test\\.ts$" }, { dependencyTypes: ["core"] }, "lib uses no Node built-ins: the browser runs it too."),
    layer("lib-has-no-framework", { path: "^lib/" }, { path: "node_modules/(react|react-dom|next|drizzle-orm|postgres)/" }, "lib knows no framework."),
    layer("components-stay-in-the-browser", { path: "^components/" }, { path: "^(server|drizzle)/" }, "Client code is told by its path."),
    layer(
      "components-know-no-pages",
      { path: "^components/" },
      { path: "^app/(?!.*actions\\.ts$)" },
      "Pages use components, not the other way round; actions are the exception.",
    ),
    layer(
      "pages-use-the-door",
      { path: "^app/", pathNot: "\\.test\\.tsx?$" },
      { path: "^(server/(?!next/|usecases/|context\\.ts)|drizzle/)" },
      "Pages reach the server by server/next and the use-cases.",
    ),
    layer(
      "usecases-know-ports-only",
      { path: "^server/usecases/", pathNot: "\\.test\\.ts$" },
      { path: "^server/(adapters|next|gateway|engine|cli)/", dependencyTypesNot: ["type-only"] },
      "Use-cases speak to ports.",
    ),
    layer(
      "ports-know-lib-only",
      { path: "^server/ports/" },
      { path: "^(app|components|drizzle|server/(?!ports/))", dependencyTypesNot: ["type-only"] },
      "A port names what it needs, not who does it.",
    ),
    layer(
      "container-alone-makes-adapters",
      { path: "^(app|server)/", pathNot: "(^server/(container|machine)\\.ts$|^server/adapters/|\\.test\\.ts$)" },
      { path: "^server/adapters/", dependencyTypesNot: ["type-only"] },
      "One place chooses adapters; before there are services, another one.",
    ),
    layer(
      "pages-hold-no-engine",
      {
        path: "^(app|components|lib|instrumentation|server/(adapters/(forge|storage|store)|container|next|ports|usecases))",
        pathNot: "(\\.test\\.tsx?$|contract\\.ts$)",
      },
      {
        path: "^server/(adapters/(database|environments|kernels)|cli|engine|gateway|jupyter|main|supervisor)",
        dependencyTypesNot: ["type-only", "dynamic-import"],
      },
      "The build of pages does not look for changes in what runs beside it.",
    ),
    layer(
      "machine-is-for-starting",
      { path: "^(app|components|lib|server/(adapters|engine|gateway|jupyter|next|ports|usecases))/", pathNot: "\\.test\\.ts$" },
      { path: "^server/machine\\.ts$" },
      "What serves people finds the machine ready.",
    ),
    layer(
      "store-alone-speaks-sql",
      { path: "^(app|components|lib|server)/", pathNot: "(^server/adapters/(store|database)/|\\.test\\.ts$)" },
      { path: "(^drizzle/|node_modules/(drizzle-orm|postgres)/)", dependencyTypesNot: ["type-only"] },
      "One place knows tables.",
    ),
    layer("no-cycles", {}, { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }, "A cycle is one idea cut in two."),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: "specify",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^\\.next/|^\\.sheaf/)" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
