import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A worksheet made for a journey: written down as code, imported like any repository. */
export type TestWorksheet = {
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly files: ReadonlyMap<string, string>;
};

type TestCell =
  | { readonly source: string; readonly tags?: readonly string[]; readonly parameters?: Readonly<Record<string, object>> }
  | { readonly markdown: string };

/** The text of a Python notebook whose first cell is its title. */
export function notebookText(title: string, cells: readonly TestCell[]): string {
  const all: readonly TestCell[] = [{ markdown: `# ${title}` }, ...cells];
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" }, language_info: { name: "python" } },
    cells: all.map((cell, index) => cellJson(cell, index)),
  });
}

function cellJson(cell: TestCell, index: number): object {
  const id = `cell-${index}`;
  if ("markdown" in cell) return { cell_type: "markdown", id, metadata: {}, source: cell.markdown };
  const sheaf = cell.parameters ? { sheaf: { parameters: cell.parameters } } : {};
  return { cell_type: "code", id, metadata: { tags: cell.tags ?? [], ...sheaf }, execution_count: null, outputs: [], source: cell.source };
}

const hostileFolder = path.resolve(import.meta.dirname, "../../tests/hostile-outputs");

/** The attempts of `tests/hostile-outputs`, each with its nbformat outputs in a file of its own. */
export function hostileOutputs(): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(hostileFolder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ name: name.replace(/\.json$/, ""), text: readFileSync(path.join(hostileFolder, name), "utf8") }));
}
