"use client";
import { Download } from "lucide-react";
import { t } from "#lib/messages/en.ts";
import type { SimpleTable, TableCell } from "#lib/worksheet/simple-table.ts";
import { csvOf, saveFile } from "./download.ts";
import { Folded } from "./folded.tsx";

const rowsShown = 20;

export function TableOutput({ table, name }: { table: SimpleTable; name: string }) {
  const save = () => saveFile(`${name}.csv`, "text/csv;charset=utf-8", csvOf([...table.header, ...table.rows].map(flatten)));
  const short = table.rows.length > rowsShown + 5 ? { ...table, rows: table.rows.slice(0, rowsShown) } : null;
  return (
    <div className="output-table">
      {short ? (
        <Folded short={<Grid table={short} />} whole={() => <Grid table={table} />} more={t.output.moreRows(table.rows.length)} />
      ) : (
        <Grid table={table} />
      )}
      <button type="button" className="output-download" aria-label={`${t.output.download(t.output.csv)}: ${table.caption ?? t.output.table}`} onClick={save}>
        <Download size={14} aria-hidden />
        {t.output.csv}
      </button>
    </div>
  );
}

function Grid({ table }: { table: SimpleTable }) {
  const numeric = numericColumns(table);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="table-scroll" tabIndex={0} aria-label={table.caption ?? t.output.table}>
      <table className="data-table">
        {table.caption && <caption>{table.caption}</caption>}
        {table.header.length > 0 && (
          <thead>
            {table.header.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name than their place, and never move.
              <Row key={`h${index}`} row={row} scope="col" numeric={numeric} />
            ))}
          </thead>
        )}
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <Row key={`b${index}`} row={row} scope="row" numeric={numeric} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type Row = { row: readonly TableCell[]; scope: "col" | "row"; numeric: readonly boolean[] };

function Row({ row, scope, numeric }: Row) {
  const places = placesOf(row);
  return (
    <tr>
      {row.map((cell, index) => {
        const align = numeric[places[index] ?? index] ? undefined : "text-left";
        const spans = { ...(cell.colSpan > 1 && { colSpan: cell.colSpan }), ...(cell.rowSpan > 1 && { rowSpan: cell.rowSpan }) };
        const key = `${index}`;
        // An empty header would be announced as a header of nothing.
        if (cell.heading && cell.text !== "") {
          return (
            <th key={key} scope={scope} {...spans} className={align}>
              {cell.text}
            </th>
          );
        }
        return (
          <td key={key} {...spans} className={align}>
            {cell.text}
          </td>
        );
      })}
    </tr>
  );
}

/** A column is set as a whole, its head with it: to the right where most of what it holds are numbers. */
function numericColumns({ rows }: SimpleTable): boolean[] {
  const balance: number[] = [];
  for (const row of rows) {
    const places = placesOf(row);
    for (const [index, cell] of row.entries()) {
      if (cell.text.trim() === "" || cell.colSpan > 1) continue;
      const place = places[index] ?? index;
      balance[place] = (balance[place] ?? 0) + (isNumber(cell.text) ? 1 : -1);
    }
  }
  return Array.from(balance, (sum) => (sum ?? 0) > 0);
}

/** The column that each cell of a row begins in. */
function placesOf(row: readonly TableCell[]): number[] {
  let place = 0;
  return row.map((cell) => {
    const begins = place;
    place += Math.min(cell.colSpan, 1000);
    return begins;
  });
}

function isNumber(text: string): boolean {
  return /^[\s$€£<>≤≥~≈]*[-+−]?[\d.,\s]+(e[-+]?\d+)?\s*%?$/i.test(text) || /^(nan|inf|-inf|na|)$/i.test(text.trim());
}

function flatten(row: readonly TableCell[]): string[] {
  return row.flatMap((cell) => [cell.text, ...Array.from({ length: Math.min(cell.colSpan, 1000) - 1 }, () => "")]);
}
