import { orderNumber } from '../../domain/orders/number.ts';
import { openColumn, type Vault } from '../../entities/account/privacy/vault.ts';
import type { Query } from '../../infra/database/query.ts';
import { TRACE_ID } from '../fields/trace-id.ts';
import type { AdminOrder } from './order-view.ts';

const instant = (column: string): string => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const LINES = `select json_agg(json_build_object('line', line, 'variantId', variant_id, 'sku', sku, 'title', title,
    'bundleId', bundle_id, 'quantity', quantity, 'unitPrice', unit_price, 'lineTotal', line_total, 'discount', discount,
    'taxableValue', taxable_value, 'ratePercent', trim_scale(rate_percent)::text, 'cgst', cgst, 'sgst', sgst, 'igst', igst,
    'shipped', shipped, 'cancelled', cancelled, 'returned', returned, 'refunded', refunded) order by line)
  from order_lines where order_id = o.id`;

const SHIPMENTS = `select json_agg(json_build_object('id', s.id, 'number', s.number, 'carrier', s.carrier,
    'trackingNumber', s.tracking_number, 'shippedAt', ${instant('s.shipped_at')}, 'deliveredAt', ${instant('s.delivered_at')},
    'lines', (select json_agg(json_build_object('line', line, 'quantity', quantity) order by line)
      from shipment_lines where shipment_id = s.id)) order by s.number)
  from shipments s where s.order_id = o.id`;

const REFUNDS = `select json_agg(json_build_object('id', r.id, 'amount', r.amount, 'cause', r.cause, 'state', r.state,
    'failure', r.failure, 'createdAt', ${instant('r.created_at')}, 'decidedAt', ${instant('r.decided_at')},
    'lines', (select coalesce(json_agg(json_build_object('line', line, 'quantity', quantity, 'amount', amount) order by line), '[]')
      from (select line, max(quantity) as quantity, sum(amount) as amount from refund_lines where refund_id = r.id
        group by line) l)) order by r.id)
  from refunds r where r.order_id = o.id`;

const RETURNS = `select json_agg(json_build_object('id', r.id, 'state', r.state, 'reason', r.reason, 'refundId', r.refund_id,
    'createdAt', ${instant('r.created_at')}, 'decidedAt', ${instant('r.decided_at')}, 'receivedAt', ${instant('r.received_at')},
    'lines', (select json_agg(json_build_object('line', line, 'quantity', quantity, 'restocked', restocked) order by line)
      from return_lines where return_id = r.id)) order by r.id)
  from returns r where r.order_id = o.id`;

const HISTORY = `select json_agg(json_build_object('from', from_state, 'to', to_state, 'event', event, 'actor', actor,
    'reason', reason, 'cause', cause, 'requestId', request_id, 'traceId', ${TRACE_ID}, 'at', ${instant('at')}) order by seq)
  from order_history where order_id = o.id`;

type Row = Omit<AdminOrder, 'number' | 'placedAt' | 'shippingAddress' | 'billingAddress'> & {
  number: number;
  placedAt: Date;
  shippingAddress: string | null;
  billingAddress: string | null;
};

/** Reads an order with its shipments, refunds, returns and history in one statement. `customerId` limits the owner. */
export async function readOrder(
  { query, vault }: { query: Query; vault: Vault },
  { id, customerId = null }: { id: string; customerId?: string | null },
): Promise<AdminOrder | undefined> {
  const [row] = await query<Row>(
    `select o.id, n.number, o.state, o.currency, o.placed_at as "placedAt", o.checkout_id as "checkoutId",
        json_build_object('subtotal', o.subtotal, 'discount', o.discount, 'shipping', o.shipping, 'tax', o.tax,
          'total', o.total) as totals,
        coalesce((select refunded from payments where checkout_id = o.checkout_id), 0) as refunded,
        o.prices_include_tax as "pricesIncludeTax", o.shipping_method as "shippingMethod", o.customer_id as "customerId",
        c.email, c.shipping_address as "shippingAddress", c.billing_address as "billingAddress",
        (${LINES}) as lines, coalesce((${SHIPMENTS}), '[]') as shipments, coalesce((${REFUNDS}), '[]') as refunds,
        coalesce((${RETURNS}), '[]') as returns, coalesce((${HISTORY}), '[]') as history, o.allowed, o.version
      from orders o join order_numbers n on n.order_id = o.id join checkouts c on c.id = o.checkout_id
      where o.id = $1 and ($2::uuid is null or o.customer_id = $2)`,
    [id, customerId],
  );
  if (!row) return undefined;
  const open = (column: 'email' | 'shipping_address' | 'billing_address', value: string | null) =>
    openColumn(vault, value, `checkouts.${column}:${row.checkoutId}`);
  const address = (
    column: 'shipping_address' | 'billing_address',
    value: string | null,
  ): AdminOrder['shippingAddress'] => {
    const text = open(column, value);
    return text === null ? null : JSON.parse(text);
  };
  return {
    ...row,
    number: orderNumber(row.number),
    placedAt: row.placedAt.toISOString(),
    email: open('email', row.email),
    shippingAddress: address('shipping_address', row.shippingAddress),
    billingAddress: address('billing_address', row.billingAddress),
  };
}
