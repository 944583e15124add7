import type { Tx } from '../../infra/database/unit-of-work.ts';

/** SQL that normalises a text: NFKC, lower case. */
const form = (text: string): string => `lower(normalize(${text}, nfkc))`;

/**
 * SQL: whether the rule of collection `c` matches product `p`. All parts must match; the price is that of the cheapest
 * active variant, in paise. The SQL reads the rule from the row, so that all rules share one statement and plan. A part
 * about a missing value, such as an attribute, does not match.
 */
const MATCHES = `c.kind = 'rule' and not exists (
  select 1 from jsonb_array_elements(c.rule -> 'all') as part where coalesce(not case part ->> 'field'
    when 'brand' then ${form('p.brand')} in (select ${form('name')} from jsonb_array_elements_text(part -> 'is') as name)
    when 'taxClass' then jsonb_exists(part -> 'is', p.tax_class)
    when 'title' then strpos(${form('p.title')}, ${form("part ->> 'contains'")}) > 0
    when 'attribute' then part -> 'is' @> (p.attributes -> (part ->> 'name'))
    when 'launched' then p.created_at >= (part ->> 'after')::timestamptz
    when 'price' then (select min(v.price) from variants v where v.product_id = p.id and v.status = 'active')
      between coalesce((part ->> 'from')::bigint, 0) and coalesce((part ->> 'to')::bigint, ${Number.MAX_SAFE_INTEGER})
    else false end, true))`;

/**
 * Advisory lock of all rules: shared to apply them, exclusive to change one. The number is arbitrary but must not
 * change.
 */
const RULES_LOCK = 7_205_761;

/**
 * Locks the rules of all collections against changes until the transaction ends, for a transaction that changes products.
 * Call before locking any row: a change of a rule locks the rows of all products.
 */
export const lockRules = (tx: Tx): Promise<object[]> =>
  tx.query(`select pg_advisory_xact_lock_shared($1)`, [RULES_LOCK]);

/**
 * Waits for transactions that change products, and blocks new ones, for a change of a rule. Call before locking any
 * row.
 */
export const lockRulesForChange = (tx: Tx): Promise<object[]> =>
  tx.query(`select pg_advisory_xact_lock($1)`, [RULES_LOCK]);

/**
 * Assigns exactly the matching products to a collection with a rule. Call after `lockRulesForChange` and after writing the
 * rule.
 */
export async function refillCollection(tx: Tx, collectionId: string): Promise<void> {
  await tx.query(
    `with meant as materialized (select p.id from collections c, products p where c.id = $1 and ${MATCHES}),
        gone as (delete from product_collections pc using collections c
          where pc.collection_id = $1 and c.id = $1 and c.kind = 'rule' and pc.product_id not in (select id from meant))
      insert into product_collections (collection_id, product_id) select $1, id from meant on conflict do nothing`,
    [collectionId],
  );
}

/**
 * Assigns changed products to all collections whose rules match, and removes them from the others, in one statement. Call
 * after `lockRules`, and after writing the products and their variants.
 */
export async function reindexCollections(tx: Tx, productIds: readonly string[]): Promise<void> {
  // Two variants of a product may change concurrently: the second transaction must see the price of the first.
  await tx.query(`select 1 from products where id = any($1::uuid[]) order by id for no key update`, [productIds]);
  await tx.query(
    `with meant as materialized (
          select c.id as collection_id, p.id from collections c, products p where p.id = any($1::uuid[]) and ${MATCHES}),
        gone as (delete from product_collections pc using collections c
          where pc.product_id = any($1::uuid[]) and c.id = pc.collection_id and c.kind = 'rule'
            and not exists (select 1 from meant where meant.collection_id = c.id and meant.id = pc.product_id))
      insert into product_collections (collection_id, product_id) select collection_id, id from meant on conflict do nothing`,
    [productIds],
  );
}
