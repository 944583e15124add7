import type { Tx } from '../../infra/unit-of-work.ts';

/** What a product must be to stand on a shelf that fills itself: all of these. Prices in paise, of the cheapest variant. */
export interface CollectionRule {
  all: readonly RuleCondition[];
}

export type RuleCondition =
  | { field: 'brand' | 'taxClass'; is: readonly string[] }
  | { field: 'title'; contains: string }
  | { field: 'attribute'; name: string; is: readonly (string | number | boolean)[] }
  | { field: 'price'; from: number | null; to: number | null }
  | { field: 'launched'; after: string };

/** The products `p` that a rule means, as a condition; its values become parameters behind those of `params`. */
function conditionOf({ all }: CollectionRule, params: unknown[]): string {
  const bind = (value: unknown): string => `$${params.push(value)}`;
  const parts = all.map((condition) => partOf(condition, bind));
  return parts.length > 0 ? parts.join(' and ') : 'false';
}

function partOf(condition: RuleCondition, bind: (value: unknown) => string): string {
  switch (condition.field) {
    case 'brand':
      return `lower(p.brand) = any(${bind(condition.is.map((each) => each.toLowerCase()))}::text[])`;
    case 'taxClass':
      return `p.tax_class = any(${bind(condition.is)}::text[])`;
    case 'title':
      return `strpos(lower(p.title), ${bind(condition.contains.toLowerCase())}) > 0`;
    case 'attribute':
      return `p.attributes -> ${bind(condition.name)}::text = any(array(select jsonb_array_elements(${bind(JSON.stringify(condition.is))}::jsonb)))`;
    case 'launched':
      return `p.created_at >= ${bind(condition.after)}::timestamptz`;
    case 'price': {
      const cheapest = `(select min(v.price) from variants v where v.product_id = p.id and v.status = 'active')`;
      return `${cheapest} between ${bind(condition.from ?? 0)}::bigint and ${bind(condition.to ?? Number.MAX_SAFE_INTEGER)}::bigint`;
    }
  }
}

/** Puts exactly those products on a shelf that its rule means. Under the lock of the collection. */
export async function refillCollection(tx: Tx, collectionId: string, rule: CollectionRule): Promise<void> {
  const params: unknown[] = [collectionId];
  const condition = conditionOf(rule, params);
  await tx.query(
    `with meant as materialized (select p.id from products p where ${condition}),
        gone as (delete from product_collections where collection_id = $1 and product_id not in (select id from meant))
      insert into product_collections (collection_id, product_id) select $1, id from meant on conflict do nothing`,
    params,
  );
}

/** Puts changed products on the shelves whose rules mean them now, and takes them off the others. */
export async function reshelve(tx: Tx, productIds: readonly string[]): Promise<void> {
  const shelves = await tx.query<{ id: string; rule: CollectionRule }>(
    `select id, rule from collections where kind = 'rule' order by id for share`,
  );
  for (const { id, rule } of shelves) {
    const params: unknown[] = [id, productIds];
    const condition = conditionOf(rule, params);
    await tx.query(
      `with meant as materialized (select p.id from products p where p.id = any($2::uuid[]) and ${condition}),
          gone as (delete from product_collections
            where collection_id = $1 and product_id = any($2::uuid[]) and product_id not in (select id from meant))
        insert into product_collections (collection_id, product_id) select $1, id from meant on conflict do nothing`,
      params,
    );
  }
}
