import { INVARIANTS } from '../invariants/every.ts';
import type { Invariant } from './invariant.ts';

/** Within which rows a law can be looked at a batch at a time. */
export type Scope = 'waiting' | 'checkouts' | 'variants' | 'whole';

const WAITING = [
  'checkouts.are-not-forgotten',
  'outbox.is-delivered',
  'webhooks.are-processed',
  'operations.are-decided',
  'orders.commands-are-decided',
  'partitions.are-there-in-time',
  'reviews.are-judged',
];

const WITH_VARIANTS = [
  'stock.levels-are-their-movements',
  'stock.every-variant-has-a-level',
  'stock.reserved-is-held',
  'reservations.are-their-movements',
];

/** Laws about everything at once, or about people: only a full run looks at them. */
const WHOLE =
  /^(people|imports|reviews)\.|^(redemptions\.are-counted|documents\.have-no-gap|orders\.goods-are-back-on-the-shelf)$/;

export function scopeOf({ name }: Pick<Invariant, 'name'>): Scope {
  if (WAITING.includes(name)) return 'waiting';
  if (WITH_VARIANTS.includes(name)) return 'variants';
  return WHOLE.test(name) ? 'whole' : 'checkouts';
}

export const invariantsIn = (scope: Scope): Invariant[] =>
  INVARIANTS.filter((invariant) => scopeOf(invariant) === scope);

const of = (table: string, column: string, ids: string): string =>
  `${table} as (select * from ${table} where ${column} in (select ${ids}))`;

/**
 * The rows of a batch in the place of the tables: the laws below read these, and nothing else of them. A cart's checkouts
 * are looked at together, as laws compare them.
 */
const CHECKOUTS = [
  `batch as (select id, order_id from checkouts where cart_id in (
    select cart_id from checkouts where id > $1 order by id limit $2))`,
  of('checkouts', 'id', 'id from batch'),
  of('carts', 'id', 'cart_id from checkouts'),
  of('orders', 'id', 'order_id from batch'),
  ...[
    'checkout_history',
    'checkout_lines',
    'pricing_snapshots',
    'reservations',
    'payments',
    'discount_redemptions',
    'first_orders',
  ].map((table) => of(table, 'checkout_id', 'id from batch')),
  of('payment_operations', 'payment_id', 'id from payments'),
  ...[
    'order_lines',
    'order_history',
    'order_numbers',
    'shipment_lines',
    'refunds',
    'refund_lines',
    'returns',
    'return_lines',
    'documents',
  ].map((table) => of(table, 'order_id', 'order_id from batch')),
].join(',\n');

const VARIANTS = [
  `batch as (select id from variants where id > $1 order by id limit $2)`,
  of('variants', 'id', 'id from batch'),
  ...['stock_levels', 'inventory_movements', 'reservations'].map((table) => of(table, 'variant_id', 'id from batch')),
].join(',\n');

/** A law's statement for one batch: the ids behind $1, at most $2 of them. */
export const inBatch = ({ sql }: Pick<Invariant, 'sql'>, scope: 'checkouts' | 'variants'): string =>
  `with ${scope === 'checkouts' ? CHECKOUTS : VARIANTS} select * from (${sql}) as broken`;
