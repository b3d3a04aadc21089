import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, fillSignIn, fillSignUp, newPerson, signOut, signUp, test } from "./fixtures.ts";

test("somebody signs up, signs out, and signs in again", async ({ page }) => {
  const person = await signUp(page);
  await signOut(page);
  await expect(page.getByRole("link", { name: t.header.signIn })).toBeVisible();
  await page.goto(routes.signIn());
  await fillSignIn(page, person);
  await expect(page.getByRole("button", { name: t.header.account(person.username) })).toBeVisible();
});

test("a wrong password is told without saying which part was wrong, and the name stays typed", async ({ page }) => {
  const person = await signUp(page);
  await page.context().clearCookies();
  await page.goto(routes.signIn());
  await fillSignIn(page, { ...person, password: "not the password" });
  await expect(page.getByRole("alert").filter({ hasText: t.account.wrong })).toBeVisible();
  await expect(page.getByLabel(t.account.username)).toHaveValue(person.username);
  await page.goto(routes.signIn());
  await fillSignIn(page, { username: "nobody-at-all", password: "not the password" });
  await expect(page.getByRole("alert").filter({ hasText: t.account.wrong })).toBeVisible();
});

test("guessing passwords is slowed down", async ({ page }) => {
  const person = await signUp(page);
  await page.context().clearCookies();
  await page.goto(routes.signIn());
  const tooMany = page.getByRole("alert").filter({ hasText: t.account.tooMany });
  for (let guess = 0; guess < 25 && !(await tooMany.isVisible()); guess++) {
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await fillSignIn(page, { ...person, password: `guess number ${guess}` });
    await answered;
    await page.waitForTimeout(150);
  }
  await expect(tooMany).toBeVisible();
});

test("a taken name and a short password are told at their fields, and nothing typed is lost", async ({ page }) => {
  const person = await signUp(page);
  await page.context().clearCookies();
  await page.goto(routes.signUp());
  await page.getByLabel(t.account.username).fill(person.username);
  await page.getByLabel(t.account.displayName).fill("Somebody Else");
  await page.getByLabel(t.account.password, { exact: true }).fill("long enough password");
  await page.getByRole("main").getByRole("button", { name: t.account.signUp }).click();
  await expect(page.getByLabel(t.account.username)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(t.account.displayName)).toHaveValue("Somebody Else");
});

test("a session revoked elsewhere ends at once", async ({ page, browser, address }) => {
  const person = await signUp(page);
  const second = await browser.newContext({ baseURL: process.env.SHEAF_E2E_URL ?? "", extraHTTPHeaders: { "x-forwarded-for": address } });
  const other = await second.newPage();
  await other.goto(routes.signIn());
  await fillSignIn(other, person);
  await expect(other.getByRole("button", { name: t.header.account(person.username) })).toBeVisible();

  await page.goto(routes.me());
  await page.getByRole("button", { name: t.me.signOutAll }).click();
  await expect(page.getByRole("link", { name: t.header.signIn })).toBeVisible();

  await other.goto(routes.me());
  await expect(other.getByRole("heading", { level: 1, name: t.me.visitorTitle })).toBeVisible();
  expect((await other.request.get(`http://localhost:${new URL(other.url()).port}/api/v1/me`)).status()).not.toBe(500);
  await second.close();
});

for (const next of ["//example.org/", "/\\example.org", "https://example.org/", "javascript:alert(1)"]) {
  test(`signing in never leaves the site for ${next}`, async ({ page }) => {
    const person = newPerson();
    await page.goto(`/sign-up?next=${encodeURIComponent(next)}`);
    await fillSignUp(page, person);
    expect(new URL(page.url()).origin).toBe(process.env.SHEAF_E2E_URL);
    await page.context().clearCookies();
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await fillSignIn(page, person);
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    expect(new URL(page.url()).origin).toBe(process.env.SHEAF_E2E_URL);
  });
}

test("a next inside the site is followed", async ({ page }) => {
  await page.goto(routes.signUp(routes.worksheet("test-sum")));
  await fillSignUp(page, newPerson());
  await expect(page).toHaveURL(/\/worksheets\/test-sum/);
});
