export interface Page {
  /** Only rows created at or after this second. */
  since: number;
  limit: number;
  /** The id of the last row of the page before. */
  after: string | null;
}

/** Rows by id and in the order they came: the newest page costs as much as it has rows, however many there are. */
export interface Ledger<Row> {
  /** Adds a row, or replaces the one of the same id in its place. */
  put(row: Row): void;
  get(id: string): Row | undefined;
  count(): number;
  oldestFirst(): Iterable<Row>;
  /** Newest first; null when `after` names no row. */
  page(page: Page, matches: (row: Row) => boolean): { rows: Row[]; hasMore: boolean } | null;
}

/** Opens an empty ledger. With `keep`, the oldest rows are forgotten when there are twice as many. */
export function openLedger<Row extends { id: string; created: number }>(keep = Infinity): Ledger<Row> {
  let rows: Row[] = [];
  let forgotten = 0;
  const places = new Map<string, number>();

  function forgetOldest(): void {
    const old = rows.length - keep;
    for (const row of rows.slice(0, old)) places.delete(row.id);
    rows = rows.slice(old);
    forgotten += old;
  }

  return {
    get: (id) => rows[(places.get(id) ?? -1) - forgotten],
    count: () => rows.length,
    oldestFirst: () => rows,

    put(row) {
      const place = places.get(row.id);
      if (place !== undefined) {
        rows[place - forgotten] = row;
        return;
      }
      places.set(row.id, rows.length + forgotten);
      rows.push(row);
      if (rows.length >= 2 * keep) forgetOldest();
    },

    page({ since, limit, after }, matches) {
      const start = after === null ? rows.length + forgotten : places.get(after);
      if (start === undefined) return null;
      const found: Row[] = [];
      for (let at = start - forgotten - 1; at >= 0 && found.length <= limit; at--) {
        const row = rows[at];
        if (!row || row.created < since) break;
        if (matches(row)) found.push(row);
      }
      return { rows: found.slice(0, limit), hasMore: found.length > limit };
    },
  };
}
