/** The result of `findsRows`: for each query true, or null if it finds no row. */
export interface Found {
  found: (true | null)[];
}

/**
 * Composes one statement that tells which of the queries find a row. A query keeps its order, and with it the index that
 * it was written for; `exists` would drop it. Queries share their parameters.
 */
export const findsRows = (queries: readonly string[]): string =>
  `select array[${queries.map((query) => `(select true from (${query}) rows limit 1)`).join(', ')}] as found`;
