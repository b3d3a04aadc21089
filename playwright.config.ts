import { defineConfig } from "@playwright/test";

/** Journeys through a real Sheaf in Debian's Chromium; `e2e/start-server.ts` starts the server once for all of them. */
export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.e2e.ts",
  globalSetup: "./e2e/start-server.ts",
  // One at a time: a kernel, a database and a browser share two cores.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  outputDir: "test-results",
  use: {
    baseURL: process.env.SHEAF_E2E_URL,
    trace: "retain-on-failure",
    launchOptions: { executablePath: "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"] },
  },
});
