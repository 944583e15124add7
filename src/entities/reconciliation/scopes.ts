import { INVARIANTS } from '../invariants/all-invariants.ts';
import type { Invariant } from './invariant.ts';

/**
 * The rows by which an invariant is checked in batches; `waiting` and `whole` are checked at once, `recounted` not at all.
 */
export type Scope = 'waiting' | 'checkouts' | 'variants' | 'whole' | 'recounted';

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

/** Invariants that need all rows, or concern personal data: only a full run checks them. */
const WHOLE =
  /^(people|imports|reviews)\.|^(redemptions\.are-counted|documents\.have-no-gap|orders\.goods-are-back-on-the-shelf)$/;

/** Sums that a job of their own recounts and corrects each night. */
const RECOUNTED = /^analytics\./;

export function scopeOf({ name }: Pick<Invariant, 'name'>): Scope {
  if (WAITING.includes(name)) return 'waiting';
  if (WITH_VARIANTS.includes(name)) return 'variants';
  if (RECOUNTED.test(name)) return 'recounted';
  return WHOLE.test(name) ? 'whole' : 'checkouts';
}

export const invariantsIn = (scope: Scope): Invariant[] =>
  INVARIANTS.filter((invariant) => scopeOf(invariant) === scope);

const of = (table: string, column: string, ids: string): string =>
  `${table} as (select * from ${table} where ${column} in (select ${ids}))`;

/**
 * Common table expressions that replace the tables by the rows of a batch, so that an invariant's statement reads only
 * those. All checkouts of a cart belong to one batch, because invariants compare them.
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

/** The statement of an invariant for one batch: at most $2 ids after $1. */
export const inBatch = ({ sql }: Pick<Invariant, 'sql'>, scope: 'checkouts' | 'variants'): string =>
  `with ${scope === 'checkouts' ? CHECKOUTS : VARIANTS} select * from (${sql}) as broken`;
