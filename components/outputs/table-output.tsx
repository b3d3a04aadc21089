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
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="table-scroll" tabIndex={0} aria-label={table.caption ?? t.output.table}>
      <table className="data-table">
        {table.caption && <caption>{table.caption}</caption>}
        {table.header.length > 0 && (
          <thead>
            {table.header.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name than their place, and never move.
              <Row key={`h${index}`} row={row} scope="col" />
            ))}
          </thead>
        )}
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <Row key={`b${index}`} row={row} scope="row" />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row, scope }: { row: readonly TableCell[]; scope: "col" | "row" }) {
  return (
    <tr>
      {row.map((cell, index) => {
        const spans = { ...(cell.colSpan > 1 && { colSpan: cell.colSpan }), ...(cell.rowSpan > 1 && { rowSpan: cell.rowSpan }) };
        const key = `${index}`;
        // An empty header would be announced as a header of nothing.
        if (cell.heading && cell.text !== "") {
          return (
            <th key={key} scope={scope} {...spans}>
              {cell.text}
            </th>
          );
        }
        return (
          <td key={key} {...spans} className={isNumber(cell.text) ? undefined : "text-left"}>
            {cell.text}
          </td>
        );
      })}
    </tr>
  );
}

function isNumber(text: string): boolean {
  return /^[\s$€£]*[-+−]?[\d.,\s]+(e[-+]?\d+)?\s*%?$/i.test(text) || /^(nan|inf|-inf|na|)$/i.test(text.trim());
}

function flatten(row: readonly TableCell[]): string[] {
  return row.flatMap((cell) => [cell.text, ...Array.from({ length: Math.min(cell.colSpan, 1000) - 1 }, () => "")]);
}
