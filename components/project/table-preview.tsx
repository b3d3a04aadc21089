import type { TableStart } from "#lib/files/read-table.ts";
import { t } from "#lib/messages/en.ts";

/** The first rows of a file of separated values, with the numbers of the rows. */
export function TablePreview({ table, name }: { table: TableStart; name: string }) {
  const cut = table.columns > table.header.length;
  return (
    <div>
      <p className="hint py-2">
        {t.projectFiles.rows(table.rows.length, table.total)}
        {cut && ` ${t.projectFiles.columnsCut(table.header.length, table.columns)}`}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="table-scroll max-h-[70dvh] overflow-y-auto" tabIndex={0} aria-label={name}>
        <table className="sheet">
          <thead>
            <tr>
              <td />
              {table.header.map((title, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name than their place, and never move.
                <th key={index} scope="col" className={table.numeric[index] ? "number" : undefined}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <tr key={place}>
                <th scope="row">{place + 1}</th>
                {row.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                  <td key={index} className={table.numeric[index] ? "number" : undefined} title={cell.length > 40 ? cell : undefined}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
