/** A table with rows of a purchase. */
export interface CopiedTable {
  name: string;
  /** SQL that joins its rows `t` to the template `p`. */
  joinCondition: string;
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
  { name: 'carts', joinCondition: 't.id = p.cart_id', ids: ['id'], values: customerOf('customer_id') },
  { name: 'cart_items', joinCondition: 't.cart_id = p.cart_id', ids: ['id', 'cart_id'] },
  {
    name: 'checkouts',
    joinCondition: 't.id = p.checkout_id',
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
  { name: 'checkout_lines', joinCondition: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'checkout_history', joinCondition: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'pricing_snapshots', joinCondition: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'reservations', joinCondition: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'discount_redemptions', joinCondition: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'payments', joinCondition: OF_CHECKOUT, ids: ['id', 'checkout_id'], texts: ['intent_id', 'client_secret'] },
  { name: 'payment_attempts', joinCondition: OF_CHECKOUT, ids: ['checkout_id'] },
  { name: 'orders', joinCondition: 't.id = p.order_id', ids: ['id', 'checkout_id'], values: customerOf('customer_id') },
  { name: 'order_numbers', joinCondition: OF_ORDER, ids: ['order_id'], generated: ['number'] },
  { name: 'order_lines', joinCondition: OF_ORDER, ids: ['order_id'] },
  { name: 'order_history', joinCondition: OF_ORDER, ids: ['order_id'] },
  { name: 'order_commands', joinCondition: OF_ORDER, ids: ['id', 'order_id'] },
  { name: 'shipments', joinCondition: OF_ORDER, ids: ['id', 'order_id'] },
  { name: 'shipment_lines', joinCondition: OF_ORDER, ids: ['shipment_id', 'order_id'] },
  { name: 'refunds', joinCondition: OF_ORDER, ids: ['id', 'order_id', 'payment_id'], texts: ['provider_reference'] },
  { name: 'refund_lines', joinCondition: OF_ORDER, ids: ['refund_id', 'order_id'] },
  {
    name: 'payment_operations',
    joinCondition: 't.payment_id in (select id from payments where checkout_id = p.checkout_id)',
    ids: ['id', 'payment_id', 'refund_id'],
    texts: ['idempotency_key', 'reference'],
  },
  { name: 'returns', joinCondition: OF_ORDER, ids: ['id', 'order_id', 'refund_id'] },
  { name: 'return_lines', joinCondition: OF_ORDER, ids: ['return_id', 'order_id'] },
  { name: 'inventory_movements', joinCondition: 't.cause_id in (p.checkout_id, p.order_id)', ids: ['id', 'cause_id'] },
  {
    name: 'audit_log',
    joinCondition: `t.target_type = 'order' and t.target_id = p.order_id::text`,
    ids: ['id'],
    values: { target_id: 'c.order_id::text' },
  },
];
