import type { AreaView, Page as ListPage, WorksheetCard } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, test } from "./fixtures.ts";

test("a word of the description finds the worksheet, also half typed", async ({ page }) => {
  await page.goto(routes.gallery());
  const box = page
    .getByRole("searchbox")
    .or(page.getByRole("textbox", { name: t.gallery.searchLabel }))
    .first();
  await box.fill("drift");
  await box.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=drift/);
  await expect(page.getByRole("link", { name: /Genetic drift in a Wright/ }).first()).toBeVisible();
  await page.goto(routes.search("genet"));
  await expect(page.getByRole("link", { name: /Genetic drift in a Wright/ }).first()).toBeVisible();
});

test("a search without answer says so and shows the way on", async ({ page }) => {
  await page.goto(routes.search("zzzqqq"));
  await expect(page.getByText(t.search.none("zzzqqq"))).toBeVisible();
  await expect(page.getByText(t.search.noneHint)).toBeVisible();
});

test("the library's projects stand on the official shelf as their worksheets do", async ({ page }) => {
  await page.goto(routes.projects());
  await expect(page.getByRole("listitem").filter({ hasText: "Genetic drift in a Wright" }).getByText(t.projects.official)).toBeVisible();
});

test("a search is text, never markup", async ({ page }) => {
  const query = "<img src=x onerror=\"document.title='hit'\">";
  await page.goto(routes.search(query));
  await expect(page.getByText(t.search.none(query))).toBeVisible();
  await expect(page).not.toHaveTitle("hit");
});

test("an area page shows the worksheets of that area", async ({ page, api }) => {
  const drift = await api.json<{ area: { slug: string; title: string } }>("GET", "/api/v1/worksheets/genetic-drift-in-a-wright-fisher-population");
  await page.goto(routes.gallery());
  await page
    .getByRole("link", { name: new RegExp(`^${drift.area.title}`) })
    .first()
    .click();
  await expect(page).toHaveURL(new RegExp(routes.area(drift.area.slug)));
  await expect(page.getByRole("link", { name: /Genetic drift in a Wright/ }).first()).toBeVisible();
});

test("going page by page shows every worksheet exactly once", async ({ page, api }) => {
  const wanted = new Set<string>();
  for (let cursor: string | null = ""; cursor !== null; ) {
    const list: ListPage<WorksheetCard> = await api.worksheets(`?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    for (const item of list.items) wanted.add(item.slug);
    cursor = list.next;
  }
  expect(wanted.size).toBeGreaterThan(50);

  const seen: string[] = [];
  await page.goto(routes.search(""));
  for (;;) {
    const cards = page.getByRole("main").locator('a[href^="/worksheets/"]');
    await expect(cards.first()).toBeVisible();
    const slugs = await cards.evaluateAll((links) => [...new Set(links.map((link) => new URL((link as HTMLAnchorElement).href).pathname.split("/")[2] ?? ""))]);
    seen.push(...slugs);
    const next = page.getByRole("link", { name: t.search.next });
    if ((await next.count()) === 0) break;
    const before = page.url();
    await next.click();
    await page.waitForURL((url) => url.href !== before);
  }
  expect(seen.length, "no worksheet on two pages").toBe(new Set(seen).size);
  expect(new Set(seen)).toEqual(wanted);
});

test("the areas' counts agree with their lists", async ({ api }) => {
  const areas = await api.json<{ items: readonly AreaView[] } | readonly AreaView[]>("GET", "/api/v1/areas");
  const list = "items" in areas ? areas.items : areas;
  expect(list.length).toBeGreaterThanOrEqual(4);
});
