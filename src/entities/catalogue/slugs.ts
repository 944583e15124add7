import type { Tx } from '../../infra/database/unit-of-work.ts';

/** Makes a unique slug from a title and appends a number when the slug is taken. */
export async function makeUniqueSlug(tx: Tx, table: 'products' | 'collections', title: string): Promise<string> {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const base = words.replace(/^-+|-+$/g, '').slice(0, 120) || 'item';
  // Serialises transactions with the same base slug, so that each sees the numbers that others have taken.
  await tx.query(`select pg_advisory_xact_lock(hashtext($1))`, [`${table} ${base}`]);
  const [row] = await tx.query<{ taken: string[] }>(
    `select array(select slug from ${table} where slug = $1 or slug like $2) as taken`,
    [base, `${base}-%`],
  );
  const taken = new Set(row?.taken);
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
