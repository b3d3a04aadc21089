import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, pressRun, test } from "./fixtures.ts";

test("a run goes on after its tab is closed, and is found again", async ({ page, context }) => {
  await page.goto(`${routes.worksheet("test-steps")}?steps=20&pause=0.3`);
  await pressRun(page);
  await expect(page.getByText("step 2 of 20")).toBeVisible();
  await page.close();

  const later = await context.newPage();
  await later.goto(routes.me());
  await later
    .getByRole("link", { name: /Test steps/ })
    .first()
    .click();
  await expect(later.getByText("all steps done")).toBeVisible({ timeout: 40_000 });
  await expect(later.getByText("step 20 of 20")).toBeVisible();
});

test("outputs arrive while the run goes on, not only at its end", async ({ page }) => {
  await page.goto(`${routes.worksheet("test-steps")}?steps=12&pause=0.5`);
  await pressRun(page);
  await expect(page.getByText("step 1 of 12")).toBeVisible();
  await expect(page.getByText("step 12 of 12")).toBeHidden();
  await expect(page.getByText("all steps done")).toBeVisible({ timeout: 30_000 });
});

test("a stopped run says so, and a new one works", async ({ page }) => {
  await page.goto(`${routes.worksheet("test-steps")}?steps=600&pause=0.5`);
  await pressRun(page);
  await expect(page.getByText("step 2 of 600")).toBeVisible();
  await page.getByRole("button", { name: t.worksheet.stop }).click();
  await expect(page.getByText(t.worksheet.cancelled)).toBeVisible();
  await page.getByLabel("Steps", { exact: true }).fill("3");
  await page.getByLabel("Pause", { exact: true }).fill("0");
  await pressRun(page);
  await expect(page.getByText("all steps done")).toBeVisible();
});

test("a bad value is told at its field, and nothing typed is lost", async ({ page }) => {
  await page.goto(routes.worksheet("test-sum"));
  await page.getByLabel("Word", { exact: true }).fill("spelt");
  await page.getByLabel("First number", { exact: true }).fill("5000");
  await pressRun(page);
  const field = page.getByLabel("First number", { exact: true });
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(/1,?000/);
  await expect(field).toHaveValue("5000");
  await expect(page.getByLabel("Word", { exact: true })).toHaveValue("spelt");
  await field.fill("50");
  await pressRun(page);
  await expect(page.getByText("spelt: 53.50")).toBeVisible();
});

test("the server refuses bad values by itself, naming every field", async ({ api, worksheetId }) => {
  const answer = await api.send("POST", `/api/v1/worksheets/${await worksheetId("test-sum")}/runs`, { values: { first: 5000, second: "many", unheard: 1 } });
  expect(answer.status).toBe(422);
  expect(String(answer.headers["content-type"])).toContain("application/problem+json");
  const problem = JSON.parse(answer.text) as { title: string; fields: Record<string, string> };
  expect(Object.keys(problem.fields).sort()).toEqual(["first", "second", "unheard"]);
});

for (const [how, words] of [
  ["kill", /ended|died|stopped/i],
  ["memory", /memory/i],
] as const) {
  test(`a kernel that dies by ${how} is told plainly, with what to do, and the next run works`, async ({ page }) => {
    await page.goto(`${routes.worksheet("test-trouble")}?how=${how}`);
    await pressRun(page);
    const told = page.locator(".notice", { hasText: t.worksheet.failed });
    await expect(told).toContainText(words, { timeout: 60_000 });
    await expect(told).toContainText(/again|smaller|less/i);
    await page.getByLabel("What breaks", { exact: true }).selectOption("nothing");
    await pressRun(page);
    await expect(page.getByText("nothing broke")).toBeVisible();
  });
}

test("an error inside a cell is a plain message with the cell, and the former outputs stay", async ({ page }) => {
  await page.goto(`${routes.worksheet("test-trouble")}?how=error`);
  await pressRun(page);
  await expect(page.getByText(t.worksheet.failed).first()).toBeVisible();
  await expect(page.getByText("before the trouble")).toBeVisible();
  await expect(page.getByText("nothing broke")).toBeHidden();
});
