/** The id that a cell has in the page of its notebook. */
export function anchorOfCell(index: number): string {
  return `cell-${index + 1}`;
}
