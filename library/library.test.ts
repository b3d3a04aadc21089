import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { notebookSchema } from "#lib/notebook/nbformat.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";

const library = fileURLToPath(new URL(".", import.meta.url));
const folders = readdirSync(library, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Name and type of every parameter, in the order of the form. */
const expected: Readonly<Record<string, string>> = {
  "chick-growth": "diets:choices days:range curvature:choice complete_only:boolean",
  "codon-usage": "gene:choice own_sequence:text rare_below:number window:integer",
  "enzyme-kinetics": "preparation:choices level:integer largest_concentration:number linearised:boolean",
  "epidemic-interventions":
    "first_cases:date reproduction_number:number latent_days:number infectious_days:number population:integer initially_infected:integer immune_before_percent:integer intervention_starts:date intervention_weeks:integer contacts_avoided_percent:integer lifting:choice logarithmic_scale:boolean",
  "genome-atlas": "genome:choice window_percent:number label_genes:boolean shortest_label:number points:integer",
  "globin-tree": "families:choices correction:choice bootstraps:integer support_shown:integer gap_limit:integer seed:integer",
  "hodgkin-huxley": "current:number window:range temperature:number drug:choice dose:integer g_na:number g_k:number g_leak:number",
  "lynx-cycle": "first_year:integer last_year:integer logarithms:boolean smoothing:integer forecast_years:integer largest_order:integer",
  "predator-prey":
    "prey_growth:number carrying_capacity:number attack_rate:number handling_time:number conversion:number mortality:number prey_at_start:number predators_at_start:number years:integer animated:boolean",
  "primer-melting":
    "forward_primer:string reverse_primer:string primer_nanomolar:number sodium_millimolar:number magnesium_millimolar:number dntp_millimolar:number dmso_percent:number",
  "wader-diversity": "counts_file:file site_column:column sites_shown:integer common_effort:integer order:choice transform:choice",
  "wright-fisher-drift": "population_size:integer initial_frequency:number selection:number generations:integer replicates:integer seed:integer",
};

const manifestSchema = z.strictObject({
  title: z.string().min(1).max(80),
  summary: z.string().min(20).max(160),
  area: z.strictObject({ slug: z.string().regex(/^[a-z]+(-[a-z]+)*$/), title: z.string().min(1), description: z.string().min(1) }),
  tags: z.array(z.string().min(1)).min(2),
  author: z.string().min(1),
  dataSources: z.string().min(20),
  official: z.boolean(),
  notebooks: z.array(z.string().endsWith(".ipynb")).length(1),
});

function readText(folder: string, file: string): string {
  return readFileSync(`${library}${folder}/${file}`, "utf8");
}

function readManifest(folder: string) {
  return manifestSchema.parse(JSON.parse(readText(folder, "sheaf.json")));
}

function readNotebook(folder: string) {
  return notebookSchema.parse(JSON.parse(readText(folder, `${folder}.ipynb`)));
}

function compile(folder: string) {
  return compileWorksheet(readNotebook(folder), { path: `${folder}.ipynb` });
}

function worksheetOf(folder: string) {
  const { worksheet } = compile(folder);
  if (!worksheet) throw new Error(`${folder} does not compile.`);
  return worksheet;
}

describe("the library as a whole", () => {
  it("has nine worksheets in Python and three in R", () => {
    const languages = folders.map((folder) => worksheetOf(folder).language);
    expect(languages.filter((language) => language === "python")).toHaveLength(9);
    expect(languages.filter((language) => language === "r")).toHaveLength(3);
  });

  it("covers six areas or more, each described in the same words wherever it is named", () => {
    const areas = new Map<string, string>();
    for (const { area } of folders.map(readManifest)) {
      expect(areas.get(area.slug) ?? JSON.stringify(area)).toBe(JSON.stringify(area));
      areas.set(area.slug, JSON.stringify(area));
    }
    expect(areas.size).toBeGreaterThanOrEqual(6);
  });

  it("uses every type of parameter", () => {
    const types = new Set(folders.flatMap((folder) => worksheetOf(folder).parameters.map((parameter) => parameter.type)));
    expect([...types].sort()).toEqual(["boolean", "choice", "choices", "column", "date", "file", "integer", "number", "range", "string", "text"]);
  });

  it("is listed in the README", () => {
    const readme = readFileSync(`${library}README.md`, "utf8");
    for (const folder of folders) expect(readme).toContain(`\`${folder}\``);
    expect(folders).toEqual(Object.keys(expected));
  });
});

describe.each(folders)("%s", (folder) => {
  it("is complete: notebook, README, description and environment", () => {
    const manifest = readManifest(folder);
    expect(manifest.notebooks).toEqual([`${folder}.ipynb`]);
    const { kernelspec: kernel } = z.object({ kernelspec: z.object({ name: z.enum(["python3", "ir"]) }) }).parse(readNotebook(folder).metadata);
    expect(existsSync(`${library}${folder}/${kernel.name === "ir" ? "install.R" : "requirements.txt"}`)).toBe(true);
    expect(readText(folder, "apt.txt")).toMatch(kernel.name === "ir" ? /^r-cran-irkernel$/m : /^python3-ipykernel$/m);
  });

  it("names the source of each data file in its README", () => {
    const readme = readText(folder, "README.md");
    const known = new Set([`${folder}.ipynb`, "README.md", "apt.txt", "requirements.txt", "install.R", "sheaf.json"]);
    for (const file of readdirSync(`${library}${folder}`).filter((name) => !known.has(name))) expect(readme).toContain(`\`${file}\``);
    for (const heading of ["What it shows", "Method", "Data", "References"]) expect(readme).toContain(`## ${heading}`);
  });

  it("is nbformat 4.5 with its own cell ids and no stored outputs", () => {
    const notebook = readNotebook(folder);
    expect(notebook.nbformat_minor).toBe(5);
    const ids = notebook.cells.map((cell) => cell.id ?? "");
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    for (const cell of notebook.cells) if (cell.cell_type === "code") expect(cell).toMatchObject({ outputs: [], execution_count: null });
  });

  it("compiles without a problem to the expected parameters", () => {
    const { worksheet, problems } = compile(folder);
    expect(problems).toEqual([]);
    expect(worksheet?.parameters.map((parameter) => `${parameter.name}:${parameter.type}`).join(" ")).toBe(expected[folder]);
    expect(worksheet?.title).toBe(readManifest(folder).title);
    expect(worksheet?.description.length).toBeGreaterThan(40);
  });

  it("has its imports alone in the first code cell, and the parameters next", () => {
    const roles = worksheetOf(folder).cells.flatMap((cell) => (cell.kind === "code" ? [cell.role] : []));
    expect(roles.slice(0, 2)).toEqual(["imports", "parameters"]);
    expect(roles.slice(2)).not.toContain("imports");
  });

  it("ships the files that its parameters name", () => {
    for (const parameter of worksheetOf(folder).parameters) {
      if (parameter.type === "file" && parameter.default !== null) expect(existsSync(`${library}${folder}/${parameter.default}`)).toBe(true);
    }
  });

  it("reaches for no network", () => {
    for (const cell of readNotebook(folder).cells) {
      if (cell.cell_type === "code") expect(cell.source).not.toMatch(/https?:\/\/|urlopen|requests\.|download\.file|<script[^>]+src=/);
    }
  });
});
