import { join } from 'node:path';
import { readBestsellers, SUBJECTS } from '../../src/api/admin/analytics/bestsellers-view.ts';
import { readReviews } from '../../src/api/admin/analytics/reviews-view.ts';
import { readSales } from '../../src/api/admin/analytics/sales-view.ts';
import { COLLECTIONS } from '../../src/api/admin/catalogue/collections.ts';
import { PRODUCTS } from '../../src/api/admin/catalogue/products.ts';
import { VARIANTS } from '../../src/api/admin/catalogue/variants.ts';
import { BUNDLES } from '../../src/api/admin/pricing/bundles/bundles.ts';
import { DISCOUNTS } from '../../src/api/admin/pricing/discounts/discounts.ts';
import { PRICE_LISTS } from '../../src/api/admin/pricing/price-lists.ts';
import { PRICING_RULES } from '../../src/api/admin/pricing/pricing-rules.ts';
import { SHIPPING_METHODS } from '../../src/api/admin/pricing/shipping-methods.ts';
import { readCheckouts } from '../../src/api/admin/purchases/checkout-list.ts';
import { readPayments } from '../../src/api/admin/purchases/payment-list.ts';
import { readRefunds } from '../../src/api/admin/purchases/refund-list.ts';
import { readReturns } from '../../src/api/admin/purchases/return-list.ts';
import type { ManagedResource } from '../../src/api/admin/resources/managed-resource.ts';
import { resourceRoutes } from '../../src/api/admin/resources/routes.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import type { RawCall } from '../../src/api/http/route.ts';
import { readCounts } from '../../src/api/ops/overview/readings/counts.ts';
import { readOrders } from '../../src/api/orders/read-orders.ts';
import { readProductList } from '../../src/api/store/catalogue/list/product-list.ts';
import { SORTS } from '../../src/api/store/catalogue/list/product-order.ts';
import { PERMISSIONS } from '../../src/domain/access/permissions.ts';
import type { PricingRuleInput } from '../../src/domain/pricing/inputs.ts';
import type { PriceTerms } from '../../src/domain/pricing/unit-prices/unit-price.ts';
import { countKeys } from '../../src/entities/account/privacy/data-key-use.ts';
import { countLeft, resealBatch } from '../../src/entities/account/privacy/reseal.ts';
import { SEALED_COLUMNS, type Vault } from '../../src/entities/account/privacy/vault.ts';
import { correctSums } from '../../src/entities/analytics/correct-sums.ts';
import { DISCOUNT_DAYS } from '../../src/entities/analytics/discount-days.ts';
import { SALES } from '../../src/entities/analytics/sales.ts';
import { VARIANT_SALES } from '../../src/entities/analytics/variant-sales.ts';
import { type BatchTable, findInBatch } from '../../src/entities/reconciliation/batch.ts';
import { invariantsIn } from '../../src/entities/reconciliation/scopes.ts';
import { deleteExpiredRows } from '../../src/entities/retention/expired-rows.ts';
import type { Database } from '../../src/infra/database/database.ts';
import type { Query } from '../../src/infra/database/query.ts';
import type { Tx } from '../../src/infra/database/unit-of-work.ts';
import { DUE_WORK, findDue } from '../../src/workers/reconciliation/sweeper.ts';

export const RESOURCES: readonly ManagedResource[] = [
  ...[BUNDLES, COLLECTIONS, DISCOUNTS, PRICE_LISTS, PRICING_RULES, PRODUCTS, SHIPPING_METHODS, VARIANTS],
];

/** A statement that was composed at run time, and the line that ran it. */
export interface ComposedStatement {
  path: string;
  line: number;
  text: string;
}

/**
 * Calls each function that composes statements at run time, with a query that records them and finds no rows.
 * @returns the statements of each function
 */
export const composedStatements = (): Promise<ComposedStatement[][]> => Promise.all(COMPOSERS.map(statementsOf));

async function statementsOf(compose: Composer): Promise<ComposedStatement[]> {
  const recorded: ComposedStatement[] = [];
  const query: Query = async (text) => {
    recorded.push({ ...callerOf(new Error()), text });
    return [];
  };
  // What follows a statement may need its rows. The test checks that the statements were recorded.
  await compose(query)?.catch(() => undefined);
  return recorded;
}

const SRC = join(import.meta.dirname, '../../src/');

/** The place in src that a stack begins with. */
function callerOf({ stack = '' }: Error): { path: string; line: number } {
  const [, path, line] = /^(\S+?):(\d+)/.exec(stack.split(SRC)[1] ?? '') ?? [];
  return { path: `src/${path}`, line: Number(line) };
}

const vault = { ring: { prefix: 'v1.' } } as Vault;
const after = '00000000-0000-0000-0000-000000000000';
const sealed = Object.keys(SEALED_COLUMNS).flatMap((table) => [
  (query: Query) => countLeft(query, vault, table),
  (query: Query) => resealBatch({ query } as Tx, vault, { table, after, size: 1 }),
]);

/** Filters of the lists of resources; each kind of resource takes those that it has. */
const FILTERS: Record<string, string> = { q: 'shirt', sku: 'SHIRT', productId: after };
const lists = RESOURCES.map((kind) => (search: Query) => {
  const [list] = resourceRoutes({ db: { search } } as ApiDeps, kind);
  const filters = Object.keys(kind.filters ?? {}).map((name) => [name, FILTERS[name]]);
  return list?.answer({ query: { ...Object.fromEntries(filters), limit: '1' } } as RawCall);
});

const everything = { productIds: [], variantIds: [], collectionIds: [] };
const rule = (action: PricingRuleInput['action']): PricingRuleInput => ({
  ...{ id: after, name: 'rule', priority: 1, isFinal: false, groupIds: [], startsAt: null, endsAt: null },
  ...{ minQuantity: 1, maxQuantity: null, include: everything, exclude: everything, action },
});
const TERMS: PriceTerms[] = [
  { lists: [], rules: [] },
  {
    lists: [{ id: after, name: 'list', priority: 1, groupIds: [], startsAt: null, endsAt: null }],
    rules: [
      rule({ kind: 'fixed-price', price: 100 }),
      rule({ kind: 'percent-off', percent: 10 }),
      rule({ kind: 'amount-off', amount: 100 }),
    ],
  },
];
const FILTERED = { q: 'shirt', size: ['M'], color: ['red'], minPrice: 1, maxPrice: 2, inStock: false };
const productLists = TERMS.flatMap((terms) =>
  SORTS.map((sort) => (search: Query) => {
    const db = { search } as Database;
    return readProductList({ db, currency: 'INR', terms }, { ...FILTERED, sort, limit: 1 });
  }),
);

type Composer = (query: Query) => Promise<unknown> | undefined;

const orders = (query: Query) =>
  readOrders({ list: query, search: query } as Database, {
    ...{ customerId: after, emailIndex: 'index', number: 1, state: 'CONFIRMED', before: after, limit: 1 },
    placed: { from: new Date(0), before: new Date(1) },
  });

const range = { from: '2026-04-01', to: '2026-04-30' };
const analytics: Composer[] = [
  ...SUBJECTS.map(
    (of) => (search: Query) => readBestsellers(search, { range, before: range, of, sort: 'units', limit: 1 }),
  ),
  (search) => readReviews(search, range, 'day'),
  (search) => readSales(search, range, 'day'),
  ...[SALES, VARIANT_SALES, DISCOUNT_DAYS].map((rollUp) => (query: Query) => correctSums({ query } as Tx, rollUp)),
];

const page = { from: new Date(0), until: new Date(1), before: after, limit: 1 };
const purchases: Composer[] = [
  (query) =>
    readCheckouts(query, {
      ...page,
      state: 'CREATED',
      reason: 'reason',
      customerId: after,
      emailIndex: 'index',
      isStuck: true,
    }),
  (query) =>
    readPayments(query, { ...page, status: 'succeeded', intentId: 'pi_1', checkoutId: after, isDeclined: true }),
  (query) => readRefunds(query, { ...page, state: 'failed', cause: 'return' }),
  (query) => readReturns(query, { ...page, state: 'requested' }),
];
const batches = (['checkouts', 'variants'] satisfies BatchTable[]).map(
  (table) => (query: Query) => findInBatch(query, { table, ids: [after], invariants: invariantsIn(table) }),
);
const sweeper: Composer[] = [
  (query) => deleteExpiredRows({ query }),
  (query) => findDue({ db: { query } as Database }, DUE_WORK.all),
];
const permissions = new Set(PERMISSIONS);
const overview = (query: Query) => readCounts(query, permissions);

const COMPOSERS: readonly Composer[] = [
  ...analytics,
  ...purchases,
  ...batches,
  ...sweeper,
  overview,
  orders,
  countKeys,
  ...sealed,
  ...lists,
  ...productLists,
];
