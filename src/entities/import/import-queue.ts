import type { Tx } from '../../infra/database/unit-of-work.ts';

/** One transaction at a time works on imports; the number is arbitrary but must stay. */
const IMPORTS = 7_205_762;

/**
 * Waits until no other transaction works on an import, and lets none begin: so imports run one after the other, each as
 * if it were alone. Before any row is locked.
 */
export const lockImportQueue = (tx: Tx): Promise<object[]> => tx.query(`select pg_advisory_xact_lock($1)`, [IMPORTS]);

/** Lets an import that waits begin, unless another runs: then false. After `lockImportQueue`. */
export async function beginImport(tx: Tx, id: string): Promise<boolean> {
  const begun = await tx.query(
    `update product_imports set status = 'running' where id = $1 and status = 'waiting'
      and not exists (select 1 from product_imports where status = 'running') returning id`,
    [id],
  );
  return begun.length === 1;
}

/** The import that is to begin when none runs; undefined when one does, or none waits. After `lockImportQueue`. */
export async function nextImport(tx: Tx): Promise<string | undefined> {
  const [next] = await tx.query<{ id: string }>(
    `select id from product_imports where status = 'waiting'
      and not exists (select 1 from product_imports where status = 'running') order by id limit 1`,
  );
  return next?.id;
}
