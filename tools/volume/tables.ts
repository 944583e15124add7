/** A table with rows of a purchase. */
export interface CopiedTable {
  name: string;
  /** SQL that finds its rows `t` of the template `p`. */
  of: string;
  /** Columns with the ids of rows that are copied as well. */
  ids: readonly string[];
  /** Columns with texts that must differ in each copy: ids and keys at the payment provider. */
  texts?: readonly string[];
  /** SQL for columns whose value belongs to the copy `c`. */
  values?: Readonly<Record<string, string>>;
  /** Columns that the database fills in. */
  generated?: readonly string[];
}

const OF_CHECKOUT = 't.checkout_id = p.checkout_id';
const OF_ORDER = 't.order_id = p.order_id';
const customerOf = (column: string): Record<string, string> => ({
  [column]: `case when t.${column} is not null then c.account_id end`,
});

/** Every table with rows of a purchase, except documents, whose numbers have no gap (see documents.ts). */
export const COPIED_TABLES: readonly CopiedTable[] = [
  { name: 'carts', of: 't.id = p.cart_id', ids: ['id'], values: customerOf('customer_id') },
  { name: 'cart_items', of: 't.cart_id = p.cart_id', ids: ['id', 'cart_id'] },
  {
    name: 'checkouts',
    of: 't.id = p.checkout_id',
    ids: ['id', 'order_id', 'cart_id'],
    values: {
      ...customerOf('customer_id'),
      email: 'c.email',
      shipping_address: 'c.shipping_address',
      billing_address: 'c.billing_address',
      email_index: 'case when t.customer_id is null then c.email_index end',
      redeemer: `case when t.redeemer is null or c.email is null then null when t.customer_id is null
        then split_part(t.redeemer, ':', 1) || ':' || c.email_index else 'customer:' || c.account_id end`,
    },
  },
  { name: 'checkout_lines', of: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'checkout_history', of: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'pricing_snapshots', of: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'reservations', of: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'discount_redemptions', of: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'payments', of: OF_CHECKOUT, ids: ['id', 'checkout_id'], texts: ['intent_id', 'client_secret'] },
  { name: 'payment_attempts', of: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'orders', of: 't.id = p.order_id', ids: ['id', 'checkout_id'], values: customerOf('customer_id') },
  { name: 'order_numbers', of: OF_ORDER, ids: ['order_id'], generated: ['number'] },
  { name: 'order_lines', of: OF_ORDER, ids: ['order_id'] },
  { name: 'order_history', of: OF_ORDER, ids: ['order_id'] },
  { name: 'order_commands', of: OF_ORDER, ids: ['id', 'order_id'] },
  { name: 'shipments', of: OF_ORDER, ids: ['id', 'order_id'] },
  { name: 'shipment_lines', of: OF_ORDER, ids: ['shipment_id', 'order_id'] },
  { name: 'refunds', of: OF_ORDER, ids: ['id', 'order_id', 'payment_id'], texts: ['provider_reference'] },
  { name: 'refund_lines', of: OF_ORDER, ids: ['refund_id', 'order_id'] },
  {
    name: 'payment_operations',
    of: 't.payment_id in (select id from payments where checkout_id = p.checkout_id)',
    ids: ['id', 'payment_id', 'refund_id'],
    texts: ['idempotency_key', 'reference'],
  },
  { name: 'returns', of: OF_ORDER, ids: ['id', 'order_id', 'refund_id'] },
  { name: 'return_lines', of: OF_ORDER, ids: ['return_id', 'order_id'] },
  { name: 'inventory_movements', of: 't.cause_id in (p.checkout_id, p.order_id)', ids: ['id', 'cause_id'] },
  {
    name: 'audit_log',
    of: `t.target_type = 'order' and t.target_id = p.order_id::text`,
    ids: ['id'],
    values: { target_id: 'c.order_id::text' },
  },
];
