import { defineConfig } from "vitest/config";

/** These need a container engine, and images that take minutes to build: a suite of their own. */
const inContainers = "server/adapters/{kernels,environments}/{docker,swarm}/*.integration.test.ts";
/** These start machines of their own on that engine. */
const onNodes = "tests/swarm*.integration.test.ts";

/** This builds the images of the production set and brings it up. */
const asASet = "tests/compose.integration.test.ts";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{lib,server,components,library,tests}/**/*.test.{ts,tsx}"],
          exclude: ["**/*.integration.test.ts"],
          // Thousands of generated cases take a second, and several on a machine that is busy: no test is about speed.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["{lib,server,app,tests}/**/*.integration.test.ts"],
          exclude: [inContainers, onNodes, asASet],
          globalSetup: ["tests/global-setup.ts"],
          // Real kernels and a real database on a machine that may have two slow cores.
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // Files share the machine's two cores with the kernels that they start: one at a time keeps timings honest.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "swarm",
          include: [onNodes],
          globalSetup: ["tests/global-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "containers",
          include: [inContainers],
          globalSetup: ["tests/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // One of them kills the container engine, which all of them share.
          fileParallelism: false,
        },
      },
      { test: { name: "compose", include: [asASet] } },
    ],
  },
});
