import { INVARIANTS } from '../invariants/all-invariants.ts';
import type { Invariant } from './invariant.ts';

/**
 * The rows by which an invariant is checked in batches. `waiting` and `whole` are checked at once; a reconciliation run leaves
 * `recounted` out.
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
  'stock.openings-are-their-movements',
  'stock.every-variant-has-a-level',
  'stock.reserved-is-held',
];

/** Invariants that need all rows, or concern personal data: only a full run checks them, their `parts` with the checkouts. */
const WHOLE =
  /^(people|imports|reviews)\.|^(redemptions\.are-counted|documents\.have-no-gap|orders\.come-from-their-checkout)$/;

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
  `${table} as (select * from ${table} where ${column} in (${ids}))`;

/** Refunds of an order, and those of a payment that never became one. */
const REFUNDS = `select id from refunds where order_id in (select order_id from batch)
  union select id from refunds where order_id is null and payment_id in (select id from payments)`;

/**
 * Common table expressions that replace the tables by the rows of a batch, so that an invariant's statement reads only
 * those. All checkouts of a cart belong to one batch, because invariants compare them.
 */
const CHECKOUTS = [
  `batch as (select id, order_id from checkouts where cart_id in (select cart_id from checkouts where id = any($1::uuid[])))`,
  of('checkouts', 'id', 'select id from batch'),
  of('carts', 'id', 'select cart_id from checkouts'),
  of('orders', 'id', 'select order_id from batch'),
  ...[
    'checkout_history',
    'checkout_lines',
    'pricing_snapshots',
    'reservations',
    'payments',
    'discount_redemptions',
    'first_orders',
  ].map((table) => of(table, 'checkout_id', 'select id from batch')),
  of('payment_operations', 'payment_id', 'select id from payments'),
  ...['order_lines', 'order_history', 'order_numbers', 'shipments', 'returns', 'documents'].map((table) =>
    of(table, 'order_id', 'select order_id from batch'),
  ),
  of('shipment_lines', 'shipment_id', 'select id from shipments'),
  of('return_lines', 'return_id', 'select id from returns'),
  of('refunds', 'id', REFUNDS),
  of('refund_lines', 'refund_id', 'select id from refunds'),
  of('document_files', 'id', 'select id from documents'),
  of('inventory_movements', 'cause_id', 'select id from batch union all select order_id from batch'),
].join(',\n');

const CARTS = [of('carts', 'id', 'select unnest($1::uuid[])'), of('checkouts', 'cart_id', 'select id from carts')].join(
  ',\n',
);

const VARIANTS = [
  of('variants', 'id', 'select unnest($1::uuid[])'),
  ...['stock_levels', 'stock_openings', 'reservations'].map((table) =>
    of(table, 'variant_id', 'select id from variants'),
  ),
  // Conditions on the ids of movements then choose their partitions.
  of('inventory_movements', 'variant_id', 'select id from variants').replace(' as ', ' as not materialized '),
].join(',\n');

const BATCHES = { checkouts: CHECKOUTS, carts: CARTS, variants: VARIANTS };

/** The statement of an invariant for the rows of a table with the ids $1, and the rows that belong to them. */
export const inBatch = ({ sql }: Pick<Invariant, 'sql'>, table: keyof typeof BATCHES): string =>
  `with ${BATCHES[table]} select * from (${sql}) as broken`;
