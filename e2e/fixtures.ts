import { randomBytes, randomInt } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { createClient, type SheafClient } from "#tests/sheaf-client.ts";

export type Person = { readonly username: string; readonly password: string };

type Fixtures = {
  /** Every journey comes from an address of its own, so that what is counted per address stays apart. */
  readonly address: string;
  readonly api: SheafClient;
  /** The id of a worksheet by its slug. */
  readonly worksheetId: (slug: string) => Promise<string>;
};

export const serverUrl = (): URL => new URL(process.env.SHEAF_E2E_URL ?? "http://sheaf.localhost:3000");

export function clientFrom(address: string, token?: string): SheafClient {
  const url = serverUrl();
  return createClient({ port: Number(url.port), publicUrl: url.origin, address, ...(token ? { token } : {}) });
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the first argument's pattern.
  address: async ({}, use) => use(`10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`),
  extraHTTPHeaders: async ({ address }, use) => use({ "x-forwarded-for": address }),
  api: async ({ address }, use) => use(clientFrom(address)),
  worksheetId: async ({ api }, use) => use(async (slug) => (await api.json<{ id: string }>("GET", `/api/v1/worksheets/${slug}`)).id),
});

export { expect };

export function newPerson(): Person {
  return { username: `person-${randomBytes(5).toString("hex")}`, password: `${randomBytes(9).toString("hex")} barley` };
}

/** Fills the form of the page that is open; the caller has navigated there, with or without a `next`. */
export async function fillSignUp(page: Page, person: Person): Promise<void> {
  await page.getByLabel(t.account.username).fill(person.username);
  await page.getByLabel(t.account.displayName).fill(person.username);
  const email = page.getByLabel(t.account.email);
  if ((await email.count()) > 0) await email.fill(`${person.username}@example.org`);
  await page.getByLabel(t.account.password, { exact: true }).fill(person.password);
  await page.getByRole("main").getByRole("button", { name: t.account.signUp }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-up"));
}

export async function signUp(page: Page, person: Person = newPerson()): Promise<Person> {
  await page.goto(routes.signUp());
  await fillSignUp(page, person);
  return person;
}

export async function fillSignIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel(t.account.username).fill(person.username);
  await page.getByLabel(t.account.password, { exact: true }).fill(person.password);
  await page.getByRole("main").getByRole("button", { name: t.account.signIn }).click();
}

/** By the header's menu. The page it leads to is there when this resolves: nothing else is on its way in this tab. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Account of/ }).click();
  const arrived = page.waitForEvent("load");
  await page.getByRole("menuitem", { name: t.header.signOut }).click();
  await arrived;
}

export async function pressRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: t.worksheet.run, exact: true }).click();
}

/** The serious and critical findings of axe, in words; none is what every page owes. JupyterLab's own page is not ours. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const looked = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  const { violations } = await looked.exclude("iframe.lab-frame").analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(" ")).join("; ")})`);
}
