export type Cell = string | number | null;

/** Formats a table for the terminal: the first column left-aligned, the others right-aligned; null as a dash. */
export function table(rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(textOf));
  const width = (column: number) => Math.max(...texts.map((row) => row[column]?.length ?? 0));
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(width(0)) : text.padStart(width(column) + 2);
  return texts.map((row) => `  ${row.map(pad).join('')}`.trimEnd()).join('\n');
}

/** Formats a number with three significant digits; whole numbers stay whole. */
function textOf(cell: Cell): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell) || Math.abs(cell) >= 100) return String(Math.round(cell));
  return cell.toFixed(Math.abs(cell) >= 10 ? 1 : 2);
}
