import type { Versions } from '../../infra/cache/versions.ts';
import type { Query } from '../../infra/database/query.ts';

/** Names per round; what is left comes with the next. */
const BATCH = 5_000;

/** What is shown of products stands in lists and bundles as well. */
const ALSO: readonly [of: RegExp, names: readonly string[]][] = [[/^product:/, ['catalogue', 'bundles']]];

/**
 * Tells every process what was changed, as triggers have written it down with the changes themselves. The rows go only
 * when it is told: a crash, or Redis away, costs time and loses nothing. Many changes of one thing are told once.
 * @returns the names whose versions were raised
 */
export async function tellOfChanges({ query }: { query: Query }, versions: Versions): Promise<string[]> {
  const rows = await query<{ id: string; name: string }>(
    `select id::text, name from cache_invalidations order by id limit $1`,
    [BATCH],
  );
  if (rows.length === 0) return [];
  const changed = new Set(rows.map(({ name }) => name));
  for (const [of, names] of ALSO)
    if ([...changed].some((name) => of.test(name))) for (const name of names) changed.add(name);
  if (!(await versions.raise([...changed]))) return [];
  await query(`delete from cache_invalidations where id = any($1::bigint[])`, [rows.map(({ id }) => id)]);
  return [...changed];
}
