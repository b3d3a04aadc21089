import Papa from "papaparse";

/** The first rows of a file of separated values. `rows` is null-free: a short row is filled up with empty cells. */
export type TableStart = {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many rows there are besides the header; null where only the beginning was read. */
  readonly total: number | null;
  readonly columns: number;
  /** Whether all that stands in a column are numbers, so that it is set by its units. */
  readonly numeric: readonly boolean[];
};

const limits = { rows: 200, columns: 50, cell: 400 };

/** Null where this is no table: not a single separator in it. `whole` says that `text` is all of the file. */
export function readTable(text: string, path: string, whole: boolean): TableStart | null {
  const delimiter = /\.(tsv|tab)$/i.test(path) ? "\t" : "";
  const complete = whole ? text : text.slice(0, text.lastIndexOf("\n") + 1);
  const { data } = Papa.parse<string[]>(complete, { delimiter, skipEmptyLines: "greedy", delimitersToGuess: [",", ";", "\t", "|"] });
  const [first, ...others] = data;
  if (!first) return null;
  const columns = Math.max(first.length, ...others.slice(0, limits.rows).map((row) => row.length));
  if (columns < 2) return null;
  const width = Math.min(columns, limits.columns);
  const cut = (row: readonly string[]) => Array.from({ length: width }, (_, index) => shortened(row[index] ?? ""));
  const rows = others.slice(0, limits.rows).map(cut);
  const numeric = Array.from({ length: width }, (_, index) => isNumeric(rows.map((row) => row[index] ?? "")));
  return { header: cut(first), rows, total: whole ? others.length : null, columns, numeric };
}

function shortened(cell: string): string {
  return cell.length > limits.cell ? `${cell.slice(0, limits.cell - 1)}…` : cell;
}

const number = /^[-+]?(\d+([.,]\d+)?|\.\d+)(e[-+]?\d+)?%?$/i;
const missing = /^(na|nan|null|none|-|\.)?$/i;

function isNumeric(cells: readonly string[]): boolean {
  const given = cells.map((cell) => cell.trim()).filter((cell) => !missing.test(cell));
  return given.length > 0 && given.every((cell) => number.test(cell));
}
