import type { Versions } from '../../infra/cache/versions.ts';
import type { Query } from '../../infra/database/query.ts';

/** Most rows per call; the next call takes the rest. */
const BATCH = 5_000;

/** Names that change along with others: lists and bundles contain product data. */
const DEPENDENT_NAMES: readonly [of: RegExp, names: readonly string[]][] = [[/^product:/, ['catalogue', 'bundles']]];

/**
 * Publishes cache invalidations to all processes. Triggers write the rows in the transaction of the change, and the rows
 * are deleted only after publishing: a crash or a Redis outage delays invalidations but loses none. Equal names are
 * published once. @returns the names whose versions were raised
 */
export async function publishInvalidations({ query }: { query: Query }, versions: Versions): Promise<string[]> {
  const rows = await query<{ id: string; name: string }>(
    `select id::text, name from cache_invalidations order by id limit $1`,
    [BATCH],
  );
  if (rows.length === 0) return [];
  const changed = new Set(rows.map(({ name }) => name));
  for (const [of, names] of DEPENDENT_NAMES)
    if ([...changed].some((name) => of.test(name))) for (const name of names) changed.add(name);
  if (!(await versions.raise([...changed]))) return [];
  await query(`delete from cache_invalidations where id = any($1::bigint[])`, [rows.map(({ id }) => id)]);
  return [...changed];
}
