import type { ProjectTemplate } from "#lib/domain/project.ts";
import type { ProjectType } from "#lib/domain/worksheet.ts";
import { notebookFile } from "./notebook-file.ts";
import { shellFiles } from "./shell-scripts.ts";
import { pythonWorksheet, rWorksheet } from "./worksheet.ts";

export type TemplateWords = { readonly title: string; readonly description: string };
type Files = ReadonlyMap<string, Uint8Array>;

/** What stands in a new project. */
export function templateFiles(template: ProjectTemplate | "blank", type: ProjectType, words: TemplateWords): Files {
  if (template !== "blank") return makers[template](words);
  // Something to open: JupyterLab on an empty folder leaves people with a question.
  return type === "shell" ? new Map([["README.md", readme(words, "")]]) : new Map([["notebook.ipynb", notebookFile("python", [heading(words), { code: "" }])]]);
}

const makers: { readonly [T in ProjectTemplate]: (words: TemplateWords) => Files } = {
  "worksheet-python": (words) =>
    new Map([
      ["worksheet.ipynb", notebookFile("python", [heading(words), ...pythonWorksheet])],
      ["README.md", readme(words, worksheetReadme)],
    ]),
  "worksheet-r": (words) =>
    new Map([
      ["worksheet.ipynb", notebookFile("r", [heading(words), ...rWorksheet])],
      ["README.md", readme(words, worksheetReadme)],
    ]),
  notebook: (words) =>
    new Map([
      ["notebook.ipynb", notebookFile("python", [heading(words), ...exploration])],
      ["measurements.csv", text("day,treatment,height\n1,shade,3.1\n1,sun,3.4\n4,shade,4.0\n4,sun,5.2\n8,shade,5.3\n8,sun,8.1\n12,shade,6.2\n12,sun,10.7\n")],
      ["README.md", readme(words, "`notebook.ipynb` reads `measurements.csv`. Put your own measurements in its place.\n")],
    ]),
  shell: (words) => shellFiles(readme(words, "In a terminal, `sh count-bases.sh sequences.fasta` counts the bases of each sequence.\n")),
};

const worksheetReadme = "`worksheet.ipynb` is a worksheet: the constants of its second code cell are the form that its readers fill in.\n";

const exploration = [
  { code: 'import matplotlib.pyplot as plt\nimport pandas as pd\n\nmeasurements = pd.read_csv("measurements.csv")\nmeasurements.head()' },
  { code: 'measurements.groupby("treatment")["height"].describe().round(2)' },
  {
    code: [
      "fig, ax = plt.subplots(figsize=(6, 3.5), dpi=150)",
      'for treatment, rows in measurements.groupby("treatment"):',
      '    ax.plot(rows["day"], rows["height"], marker="o", label=treatment)',
      'ax.set(xlabel="Day", ylabel="Height (cm)", title="Height of seedlings")',
      'ax.spines[["top", "right"]].set_visible(False)',
      "ax.legend(frameon=False)",
      "plt.show()",
    ].join("\n"),
  },
];

function heading({ title, description }: TemplateWords): { markdown: string } {
  return { markdown: description.trim() === "" ? `# ${title}` : `# ${title}\n\n${description.trim()}` };
}

function readme({ title, description }: TemplateWords, more: string): Uint8Array {
  return text(
    [`# ${title}`, description.trim(), more.trim()]
      .filter((part) => part !== "")
      .join("\n\n")
      .concat("\n"),
  );
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
