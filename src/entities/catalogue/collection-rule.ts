import type { Tx } from '../../infra/database/unit-of-work.ts';

/** One form for letters that are composed or written otherwise, in lower case. */
const form = (text: string): string => `lower(normalize(${text}, nfkc))`;

/**
 * Whether the rule of the shelf `c` means the product `p`: all of its parts have to fit, prices in paise and of the cheapest
 * variant. The statement reads the rule itself, so that its text, and so its plan, is the same for every rule. What a
 * product does not have, such as an attribute, fits nothing.
 */
const MEANS = `c.kind = 'rule' and not exists (
  select 1 from jsonb_array_elements(c.rule -> 'all') as part where coalesce(not case part ->> 'field'
    when 'brand' then ${form('p.brand')} in (select ${form('name')} from jsonb_array_elements_text(part -> 'is') as name)
    when 'taxClass' then jsonb_exists(part -> 'is', p.tax_class)
    when 'title' then strpos(${form('p.title')}, ${form("part ->> 'contains'")}) > 0
    when 'attribute' then part -> 'is' @> (p.attributes -> (part ->> 'name'))
    when 'launched' then p.created_at >= (part ->> 'after')::timestamptz
    when 'price' then (select min(v.price) from variants v where v.product_id = p.id and v.status = 'active')
      between coalesce((part ->> 'from')::bigint, 0) and coalesce((part ->> 'to')::bigint, ${Number.MAX_SAFE_INTEGER})
    else false end, true))`;

/** One change at a time decides what the rules are, beside any number that ask them; the number is arbitrary but must stay. */
const SHELVES = 7_205_761;

/**
 * Keeps the rules of all shelves as they are until the end of the transaction, for one that changes products. To be taken
 * before any row is locked: whoever changes a rule has to reach the rows of all products.
 */
export const keepRules = (tx: Tx): Promise<object[]> => tx.query(`select pg_advisory_xact_lock_shared($1)`, [SHELVES]);

/** Waits for everybody who changes products, and lets nobody begin: for one that changes a rule. Before any row is locked. */
export const changeRules = (tx: Tx): Promise<object[]> => tx.query(`select pg_advisory_xact_lock($1)`, [SHELVES]);

/** Puts exactly those products on a shelf that its rule means, if it has one. After `changeRules`, and after it is written. */
export async function refillCollection(tx: Tx, collectionId: string): Promise<void> {
  await tx.query(
    `with meant as materialized (select p.id from collections c, products p where c.id = $1 and ${MEANS}),
        gone as (delete from product_collections pc using collections c
          where pc.collection_id = $1 and c.id = $1 and c.kind = 'rule' and pc.product_id not in (select id from meant))
      insert into product_collections (collection_id, product_id) select $1, id from meant on conflict do nothing`,
    [collectionId],
  );
}

/**
 * Puts changed products on the shelves whose rules mean them now, and takes them off the others: one statement, however
 * many products and shelves. After `keepRules`, and after the products and their variants are written.
 */
export async function reindexCollections(tx: Tx, productIds: readonly string[]): Promise<void> {
  // Two variants of one product may change at once: whoever comes second has to see the price that the first has written.
  await tx.query(`select 1 from products where id = any($1::uuid[]) order by id for no key update`, [productIds]);
  await tx.query(
    `with meant as materialized (
          select c.id as shelf, p.id from collections c, products p where p.id = any($1::uuid[]) and ${MEANS}),
        gone as (delete from product_collections pc using collections c
          where pc.product_id = any($1::uuid[]) and c.id = pc.collection_id and c.kind = 'rule'
            and not exists (select 1 from meant where meant.shelf = c.id and meant.id = pc.product_id))
      insert into product_collections (collection_id, product_id) select shelf, id from meant on conflict do nothing`,
    [productIds],
  );
}
