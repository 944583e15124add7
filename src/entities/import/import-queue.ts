import type { Tx } from '../../infra/database/unit-of-work.ts';

/** Advisory lock: one transaction at a time works on imports. The number is arbitrary but must not change. */
const IMPORTS = 7_205_762;

/**
 * Waits until no other transaction works on an import, and blocks others until the transaction ends, so that imports run
 * one after the other. Call before locking any row.
 */
export const lockImportQueue = (tx: Tx): Promise<object[]> => tx.query(`select pg_advisory_xact_lock($1)`, [IMPORTS]);

/** Finds the next waiting import. Call after `lockImportQueue`. @returns undefined if one runs, or none waits */
export async function nextImport(tx: Tx): Promise<string | undefined> {
  const [next] = await tx.query<{ id: string }>(
    `select id from product_imports where status = 'waiting'
      and not exists (select 1 from product_imports where status = 'running') order by id limit 1`,
  );
  return next?.id;
}
