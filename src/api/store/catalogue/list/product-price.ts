import { isEmptyTarget } from '../../../../domain/pricing/discounts/target.ts';
import type { PricingRuleInput, RuleAction } from '../../../../domain/pricing/inputs.ts';
import type { PriceTerms } from '../../../../domain/pricing/unit-prices/unit-price.ts';

type Bind = (value: unknown) => string;

/** SQL that computes the price of one unit like `unitPriceOf`. Amounts in paise. */
export interface PriceSql {
  /** Whether any price can differ from the variant's base price. */
  isPriced: boolean;
  /** The price of the variant with the alias `v`, for few variants. Without price lists and rules it is the column. */
  of(v: string): string;
  /** Rows with `id`, `product_id`, `stocked` and `price`, for many variants; `from` has the alias `v`. */
  rows(variants: { from: string; stocked: string; where: string }): string;
}

/** Whether any price can differ from the variant's base price. */
export const isPriced = ({ lists, rules }: PriceTerms): boolean => lists.length > 0 || rules.length > 0;

/** Builds the price SQL for `terms`. It binds parameters only when the text that uses them is built. */
export function priceSql(terms: PriceTerms, bind: Bind): PriceSql {
  const hasTerms = isPriced(terms);
  const hasFinal = terms.rules.some((rule) => rule.isFinal);
  const fragments = lazily(() => ({
    listed: listSql(terms.lists, bind),
    steps: terms.rules.map((rule) => ruleSql(rule, { bind, hasFinal })),
  }));
  const applyRules = (start: string, of: Row): string =>
    fragments().steps.reduce((before, step) => step(before, of), start);
  const notFinal = hasFinal ? ', false as is_final' : '';
  return {
    isPriced: hasTerms,
    of(v) {
      if (!hasTerms) return `${v}.price`;
      const start = `select ${fragments().listed.one(v)} as price${notFinal}`;
      return `(select price from (${applyRules(start, { v, columns: '' })}) unit)`;
    },
    rows({ from, stocked, where }) {
      const { price, join } = fragments().listed.all;
      const start = `select v.id, v.product_id, ${stocked} as stocked, ${price} as price${notFinal}
        from ${from} ${join} where ${where}`;
      return applyRules(start, { v: 'b', columns: 'id, product_id, stocked, ' });
    },
  };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function listSql(lists: PriceTerms['lists'], bind: Bind) {
  if (lists.length === 0) return { one: (v: string) => `${v}.price`, all: { price: 'v.price', join: '' } };
  const ids = bind(lists.map(({ id }) => id));
  const priorities = bind(lists.map(({ priority }) => priority));
  const entries = `price_list_entries e
    join unnest(${ids}::uuid[], ${priorities}::int[]) as l (id, priority) on l.id = e.price_list_id`;
  return {
    one: (v: string) => `coalesce((select e.price from ${entries}
      where e.variant_id = ${v}.id and e.min_quantity = 1 order by l.priority desc, e.price limit 1), ${v}.price)`,
    all: {
      price: 'coalesce(listed.price, v.price)',
      join: `left join (select distinct on (e.variant_id) e.variant_id, e.price from ${entries}
        where e.min_quantity = 1 order by e.variant_id, l.priority desc, e.price) listed on listed.variant_id = v.id`,
    },
  };
}

interface Row {
  /** Alias of the variant. */
  v: string;
  /** Further columns to select beside the price. */
  columns: string;
}

function ruleSql(rule: PricingRuleInput, { bind, hasFinal }: { bind: Bind; hasFinal: boolean }) {
  const after = actionSql(rule.action, bind);
  const isForAll = isEmptyTarget(rule.include) && isEmptyTarget(rule.exclude);
  const isTarget = selectionSql(rule, bind);
  const when = [...(isForAll ? [] : ['meant']), ...(hasFinal ? ['not is_final'] : [])].join(' and ');
  const price = when ? `case when ${when} then ${after} else price end` : after;
  const isFinal = rule.isFinal ? (isForAll ? 'true' : 'is_final or meant') : 'is_final';
  const columns = `${price} as price${hasFinal ? `, ${isFinal} as is_final` : ''}`;
  // `offset 0` keeps the planner from merging the steps: the price expression would double with every rule.
  return (before: string, { v, columns: others }: Row): string => {
    const rows = isForAll ? before : `select b.*, ${isTarget(v)} as meant from (${before}) b offset 0`;
    return `select ${others}${columns} from (${rows}) r offset 0`;
  };
}

function actionSql(action: RuleAction, bind: Bind): string {
  if (action.kind === 'fixed-price') return `${bind(action.price)}::bigint`;
  if (action.kind === 'amount-off') return `greatest(price - ${bind(action.amount)}::bigint, 0)`;
  // Rounds half a paisa of the reduction up. Paise times hundredths of a percent stay below 2^63.
  return `price - (price * ${bind(Math.round(action.percent * 100))}::bigint + 5000) / 10000`;
}

type TestSql = (v: string) => string;

function selectionSql({ include, exclude }: PricingRuleInput, bind: Bind): TestSql {
  const included = isEmptyTarget(include) ? () => 'true' : targetSql(include, bind);
  const excluded = isEmptyTarget(exclude) ? () => 'false' : targetSql(exclude, bind);
  return (v) => `(${included(v)} and not ${excluded(v)})`;
}

function targetSql({ variantIds, productIds, collectionIds }: PricingRuleInput['include'], bind: Bind): TestSql {
  const parts: TestSql[] = [];
  const anyOf = (ids: readonly string[], test: (v: string, bound: string) => string) => {
    if (ids.length === 0) return;
    const bound = `any(${bind(ids)}::uuid[])`;
    parts.push((v) => test(v, bound));
  };
  anyOf(variantIds, (v, bound) => `${v}.id = ${bound}`);
  anyOf(productIds, (v, bound) => `${v}.product_id = ${bound}`);
  anyOf(
    collectionIds,
    (v, bound) => `exists (select 1 from product_collections c
      where c.product_id = ${v}.product_id and c.collection_id = ${bound})`,
  );
  return (v) => `(${parts.map((part) => part(v)).join(' or ')})`;
}
