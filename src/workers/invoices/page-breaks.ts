/** The fewest rows of a table on one page, when it continues over pages; also the fewest rows above the totals. */
export const MIN_ROWS = 3;

/** The row of each table before which a new page starts; null: when the page is full. */
export interface PageBreaks {
  lines: number | null;
  hsn: number | null;
}

/** The page number of each row and of each table end, by id: `lines-0`, `lines-end`, `end`. */
export type PagesById = ReadonlyMap<string, number>;

/**
 * The page breaks for the next layout; equal to `breaks` when the layout is final. The breaks of the lines come first,
 * because the end of the lines decides where the summary starts.
 */
export function nextBreaks(breaks: PageBreaks, pages: PagesById): PageBreaks {
  const lines = breaks.lines ?? breakOf(pages, 'lines', 'lines-end');
  if (lines !== breaks.lines) return { ...breaks, lines };
  return { ...breaks, hsn: breaks.hsn ?? breakOf(pages, 'hsn', 'end') };
}

/**
 * The row before which a table must break, so that its last rows share a page with `end`, the content after the table.
 */
function breakOf(pages: PagesById, table: 'lines' | 'hsn', end: string): number | null {
  const rows = [...pages.keys()].filter((id) => id.startsWith(`${table}-`) && id !== `${table}-end`).length;
  const last = Math.max(rows - MIN_ROWS, 0);
  if (pages.get(`${table}-${last}`) === pages.get(end)) return null;
  // Too few rows for two pages: keep them on one page.
  return rows < 2 * MIN_ROWS ? 0 : last;
}
