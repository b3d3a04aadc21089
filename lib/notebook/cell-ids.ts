import type { Cell, Notebook } from "./nbformat.ts";

/** From format 4.5 on every cell has an id of 1 to 64 of these characters, unlike any other of its notebook. */
const idPattern = /^[a-zA-Z0-9_-]{1,64}$/;

/** Gives ids where the format asks for them and takes them where it forbids them; what is right already stays. */
export function withFittingIds(notebook: Notebook): Notebook {
  if (notebook.nbformat_minor < 5) return { ...notebook, cells: notebook.cells.map(withoutId) };
  const taken = new Set<string>();
  const keeps = notebook.cells.map((cell) => {
    const fits = cell.id !== undefined && idPattern.test(cell.id) && !taken.has(cell.id);
    if (fits && cell.id !== undefined) taken.add(cell.id);
    return fits;
  });
  return { ...notebook, cells: notebook.cells.map((cell, index) => (keeps[index] ? cell : { ...cell, id: freeId(cell, taken) })) };
}

function withoutId(cell: Cell): Cell {
  if (cell.id === undefined) return cell;
  const { id: _id, ...rest } = cell;
  return rest;
}

/** Made from the cell itself, so that both directions of a merge give the same one. */
function freeId(cell: Cell, taken: Set<string>): string {
  const seed = `${cell.cell_type} ${cell.id ?? ""} ${cell.source}`;
  for (let turn = 0; ; turn++) {
    const id = hashOf(`${seed} ${turn}`);
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}

/** FNV-1a twice over: eight hexadecimal digits, as Jupyter's own ids are. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0).toString(16).padStart(8, "0");
}
