import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { expect, pressRun, signUp, test } from "./fixtures.ts";
import { makeFromFiles, writeFile } from "./project-pages.ts";

const words = t.parameters;

type Growth = { readonly marks?: Record<string, unknown>; readonly tags?: readonly string[]; readonly check?: string };

/** A notebook that nothing is marked in yet; `marks` and `tags` are what the page, or somebody else, would write. */
const growth = ({ marks, tags = marks ? ["parameters"] : [], check = "assert steps < 100, 'too many steps'" }: Growth = {}) =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" }, language_info: { name: "python" } },
    cells: [
      { id: "title", cell_type: "markdown", metadata: {}, source: "# Growth" },
      {
        id: "values",
        cell_type: "code",
        metadata: { tags, ...(marks && { sheaf: { parameters: marks } }) },
        execution_count: null,
        outputs: [],
        source: "rate = 0.5\nsteps = 10",
      },
      { id: "answer", cell_type: "code", metadata: {}, execution_count: null, outputs: [], source: `${check}\nprint('grown to', rate * steps)` },
    ],
  });

test("constants become a form: marked, tried on a fresh kernel, published, with what is wrong named by its cell", async ({ page }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, `Growth ${Date.now().toString(36)}`, [
    { name: "growth.ipynb", mimeType: "application/json", buffer: Buffer.from(growth()) },
  ]);
  await page.getByRole("link", { name: t.projects.page.markOf("growth.ipynb") }).click();
  await expect(page.getByRole("heading", { level: 1, name: words.title })).toBeVisible();

  // The form is made while one marks.
  await page.getByRole("checkbox", { name: words.mark("rate") }).check();
  await page.getByRole("checkbox", { name: words.mark("steps") }).check();
  const rate = page.getByRole("group", { name: words.details("rate") });
  await rate.getByLabel(words.label).fill("Growth rate");
  await rate.getByLabel(words.min).fill("0");
  await rate.getByLabel(words.max).fill("1");
  await expect(page.getByRole("textbox", { name: "Growth rate" })).toHaveValue("0.5");
  await expect(page.getByText(words.unsaved(2))).toBeVisible();

  // What does not fit is said before a kernel starts.
  await page.getByRole("textbox", { name: "Growth rate" }).fill("2");
  await pressRun(page);
  await expect(page.getByRole("textbox", { name: "Growth rate" })).toHaveAttribute("aria-invalid", "true");
  await page.getByRole("textbox", { name: "Growth rate" }).fill("0.75");
  await pressRun(page);
  await expect(page.getByText("grown to 7.5")).toBeVisible({ timeout: 60_000 });
  await page.getByRole("textbox", { name: "Steps" }).fill("200");
  await pressRun(page);
  await expect(page.getByText(/^Cell 3 .*too many steps/)).toBeVisible({ timeout: 60_000 });

  // Meanwhile somebody wrote nonsense into the file: publishing says where, and nothing is published.
  await writeFile(page, slug, "growth.ipynb", growth({ tags: ["parameters", "skip-execution"] }));
  await page.getByRole("button", { name: words.publish }).click();
  await expect(page.getByRole("alert").filter({ hasText: /^Cell 2: .*skip-execution/ })).toBeVisible();

  // A first run that fails publishes nothing either.
  await writeFile(page, slug, "growth.ipynb", growth({ marks: { steps: { fixed: true } }, check: "raise ValueError('no data')" }));
  await page.reload();
  await page.getByRole("button", { name: words.publish }).click();
  await expect(page.getByText(/^Cell 3 .*no data/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("link", { name: words.seePage })).toHaveCount(0);

  await writeFile(page, slug, "growth.ipynb", growth({ marks: { rate: { label: "Growth rate" }, steps: { fixed: true } } }));
  await page.reload();
  await page.getByRole("button", { name: words.publish }).click();
  await expect(page.getByText(words.published, { exact: false })).toBeVisible({ timeout: 60_000 });
  await page.getByRole("link", { name: words.seePage }).click();
  await page.waitForURL(/\/worksheets\//);
  await expect(page.getByRole("textbox", { name: "Growth rate" })).toHaveValue("0.5");
  await expect(page.getByText("grown to 5.0")).toBeVisible();
});

test("constants are marked in the notebook itself too, and what changed meanwhile is not overwritten", async ({ page }) => {
  await signUp(page);
  const slug = await makeFromFiles(page, "Growth by hand", [{ name: "growth.ipynb", mimeType: "application/json", buffer: Buffer.from(growth()) }]);
  await page.goto(routes.projectParameters(slug, "growth.ipynb"));
  await page.getByRole("tab", { name: words.code }).click();
  const line = page.getByRole("button", { name: `${words.mark("rate")}: rate = 0.5` });
  await line.click();
  await expect(line).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("textbox", { name: "Rate" })).toBeVisible();
  await writeFile(page, slug, "growth.ipynb", growth().replace("rate = 0.5", "rate = 0.9"));
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await page.getByRole("alert").getByRole("link", { name: words.again }).click();
  await expect(page.getByRole("checkbox", { name: words.mark("rate") })).not.toBeChecked();
  await page.getByRole("checkbox", { name: words.mark("rate") }).check();
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page.getByText(words.saved)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Rate" })).toHaveValue("0.9");
});
