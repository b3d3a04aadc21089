import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isFinal } from "#lib/domain/run.ts";
import { t } from "#lib/messages/en.ts";
import { createClient } from "#tests/sheaf-client.ts";
import { startSheaf } from "#tests/sheaf-server.ts";
import { expect, fillSignIn, newPerson, signUp, test } from "./fixtures.ts";
import { importWorksheets } from "./import-worksheets.ts";

test("after kill -9 in the middle of a run, the run page tells the truth and the account still works", async ({ browser }) => {
  test.setTimeout(300_000);
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "sheaf-killed-"));
  const environment = { SHEAF_DEMO: "off" };
  const first = await startSheaf({ dataFolder, environment });
  await importWorksheets(dataFolder, ["test-steps"]);
  const context = await browser.newContext({ baseURL: first.publicUrl });
  const page = await context.newPage();
  const person = await signUp(page, newPerson());
  await page.goto("/worksheets/test-steps?steps=40&pause=0.5");
  await page.getByRole("button", { name: t.worksheet.run, exact: true }).click();
  await expect(page.getByText("step 2 of 40")).toBeVisible();
  await page.getByRole("link", { name: t.worksheet.runPage }).click();
  await page.waitForURL(/\/runs\/run_/);
  const runId = page.url().split("/").at(-1) ?? "";

  await first.killHard();
  const second = await startSheaf({ dataFolder, environment, port: first.port });
  try {
    await page.goto(`/runs/${runId}`);
    const truth = page.getByText(t.worksheet.lost).or(page.getByText("all steps done"));
    await expect(truth.first()).toBeVisible({ timeout: 60_000 });

    const client = createClient({ port: second.port, publicUrl: second.publicUrl });
    await client.signIn(person.username, person.password);
    expect(isFinal((await client.run(runId)).state)).toBe(true);

    await context.clearCookies();
    await page.goto("/sign-in");
    await fillSignIn(page, person);
    await page.waitForURL((address) => address.pathname !== "/sign-in");
    await page.goto("/me");
    await expect(page.getByRole("link", { name: /Test steps/ }).first()).toBeVisible();
    const again = await client.startRun((await client.run(runId)).worksheet.id, { steps: 1, pause: 0 }, true);
    expect((await client.finish(again.id)).state).toBe("done");
  } finally {
    await context.close();
    const left = await second.stop();
    await rm(dataFolder, { recursive: true, force: true });
    expect(left.map((seen) => seen.command)).toEqual([]);
  }
});
