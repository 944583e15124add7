/** Of a table that goes over pages, no page has fewer rows, nor totals without so many above them. */
export const FEWEST_ROWS = 3;

/** Before which row of its tables a document begins a new page; null: wherever the page is full. */
export interface PageBreaks {
  lines: number | null;
  hsn: number | null;
}

/** The page that each row and each end is on, by its id: `lines-0`, `lines-end`, `end`. */
export type PagesById = ReadonlyMap<string, number>;

/**
 * What has to be changed when a document was laid out over these pages; the same as before when nothing has to. The lines
 * come first: where they end decides where the summary begins.
 */
export function nextBreaks(breaks: PageBreaks, pages: PagesById): PageBreaks {
  const lines = breaks.lines ?? breakOf(pages, 'lines', 'lines-end');
  if (lines !== breaks.lines) return { ...breaks, lines };
  return { ...breaks, hsn: breaks.hsn ?? breakOf(pages, 'hsn', 'end') };
}

/** Before which row a table must be broken so that its last rows stand with `end`, the words and totals after it. */
function breakOf(pages: PagesById, table: 'lines' | 'hsn', end: string): number | null {
  const rows = [...pages.keys()].filter((id) => id.startsWith(`${table}-`) && id !== `${table}-end`).length;
  const last = Math.max(rows - FEWEST_ROWS, 0);
  if (pages.get(`${table}-${last}`) === pages.get(end)) return null;
  // Too few for two pages: all of them go together.
  return rows < 2 * FEWEST_ROWS ? 0 : last;
}
