export interface Page {
  /** Only rows created at or after this second. */
  since: number;
  limit: number;
  /** The id of the last row of the previous page. */
  after: string | null;
}

/** Rows by id and in insertion order. Reading the newest page takes time in proportion to its rows, not to all rows. */
export interface Ledger<Row> {
  /** Adds a row, or replaces the one of the same id in its place. */
  put(row: Row): void;
  get(id: string): Row | undefined;
  count(): number;
  oldestFirst(): Iterable<Row>;
  /** Newest first; null when `after` names no row. */
  page(page: Page, matches: (row: Row) => boolean): { rows: Row[]; hasMore: boolean } | null;
}

/** Opens an empty ledger. With `keep`, it drops the oldest rows when it holds twice as many. */
export function openLedger<Row extends { id: string; created: number }>(keep = Infinity): Ledger<Row> {
  let rows: Row[] = [];
  let dropped = 0;
  const positions = new Map<string, number>();

  function dropOldest(): void {
    const old = rows.length - keep;
    for (const row of rows.slice(0, old)) positions.delete(row.id);
    rows = rows.slice(old);
    dropped += old;
  }

  return {
    get: (id) => rows[(positions.get(id) ?? -1) - dropped],
    count: () => rows.length,
    oldestFirst: () => rows,

    put(row) {
      const position = positions.get(row.id);
      if (position !== undefined) {
        rows[position - dropped] = row;
        return;
      }
      positions.set(row.id, rows.length + dropped);
      rows.push(row);
      if (rows.length >= 2 * keep) dropOldest();
    },

    page({ since, limit, after }, matches) {
      const start = after === null ? rows.length + dropped : positions.get(after);
      if (start === undefined) return null;
      const found: Row[] = [];
      for (let at = start - dropped - 1; at >= 0 && found.length <= limit; at--) {
        const row = rows[at];
        if (!row || row.created < since) break;
        if (matches(row)) found.push(row);
      }
      return { rows: found.slice(0, limit), hasMore: found.length > limit };
    },
  };
}
