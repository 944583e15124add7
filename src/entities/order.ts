import { defineEntity, p } from '@mikro-orm/core';
import type { OrderState } from '../domain/states.ts';
import type { Tx } from '../infra/unit-of-work.ts';
import type { Checkout } from './checkout.ts';

/** A line as it was bought: everything a refund or an invoice needs later is frozen here. Amounts in paise. */
export interface PlacedLine {
  variantId: string;
  sku: string;
  title: string;
  hsn: string;
  quantity: number;
  unitPrice: number;
  lineTotal: number;
  discount: number;
  taxableValue: number;
  ratePercent: string;
  cgst: number;
  sgst: number;
  igst: number;
  unitShares: object;
  /** Which bundle of the order it is a component of, counted from 1. */
  bundle: { item: number; bundleId: string } | null;
}

/** How the order is delivered, with its tax frozen. Amounts in paise. */
export interface PlacedShipping {
  name: string;
  hsn: string;
  ratePercent: string;
  taxableValue: number;
  cgst: number;
  sgst: number;
  igst: number;
}

export interface OrderTotals {
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  total: number;
}

const OrderSchema = defineEntity({
  name: 'Order',
  tableName: 'orders',
  properties: {
    id: p.uuid().primary(),
    checkoutId: p.uuid(),
    customerId: p.uuid().nullable(),
    state: p.string().$type<OrderState>(),
    currency: p.character().length(3),
    pricesIncludeTax: p.boolean(),
    subtotal: p.bigint('number'),
    discount: p.bigint('number'),
    shipping: p.bigint('number'),
    tax: p.bigint('number'),
    total: p.bigint('number'),
    version: p.integer().version(),
    placedAt: p.datetime(),
  },
});

/** A paid order. It is placed once, by its checkout, under the id that the checkout has had from its start. */
export class Order extends OrderSchema.class {
  /** Appends the order of a paid checkout with its lines, its number and its first history: placed, then confirmed. */
  static place(
    tx: Tx,
    checkout: Checkout,
    bought: {
      lines: readonly PlacedLine[];
      shipping: PlacedShipping | null;
      totals: OrderTotals;
      pricesIncludeTax: boolean;
    },
  ): void {
    const { orderId, requestId } = checkout;
    const { subtotal, discount, shipping, tax, total } = bought.totals;
    tx.append('orders', {
      id: orderId,
      checkout_id: checkout.id,
      customer_id: checkout.customerId ?? null,
      state: 'CONFIRMED',
      currency: checkout.currency,
      prices_include_tax: bought.pricesIncludeTax,
      subtotal,
      discount,
      shipping,
      ...shippingRow(bought.shipping),
      tax,
      total,
      version: 1,
      placed_at: tx.now,
    });
    tx.append('order_numbers', { order_id: orderId });
    bought.lines.forEach((line, index) => {
      tx.append('order_lines', toRow(orderId, index + 1, line));
    });
    const step = { order_id: orderId, actor: 'checkout', request_id: requestId, at: tx.now };
    tx.append('order_history', { ...step, seq: 1, from_state: null, to_state: 'PENDING', event: 'placed' });
    tx.append('order_history', { ...step, seq: 2, from_state: 'PENDING', to_state: 'CONFIRMED', event: 'paid' });
  }
}
OrderSchema.setClass(Order);

const shippingRow = (shipping: PlacedShipping | null) => ({
  shipping_method: shipping?.name ?? null,
  shipping_hsn: shipping?.hsn ?? null,
  shipping_rate_percent: shipping?.ratePercent ?? '0',
  shipping_taxable_value: shipping?.taxableValue ?? 0,
  shipping_cgst: shipping?.cgst ?? 0,
  shipping_sgst: shipping?.sgst ?? 0,
  shipping_igst: shipping?.igst ?? 0,
});

const toRow = (orderId: string, line: number, bought: PlacedLine) => ({
  order_id: orderId,
  line,
  variant_id: bought.variantId,
  sku: bought.sku,
  title: bought.title,
  hsn: bought.hsn,
  quantity: bought.quantity,
  unit_price: bought.unitPrice,
  line_total: bought.lineTotal,
  discount: bought.discount,
  taxable_value: bought.taxableValue,
  rate_percent: bought.ratePercent,
  cgst: bought.cgst,
  sgst: bought.sgst,
  igst: bought.igst,
  unit_shares: bought.unitShares,
  bundle_item: bought.bundle?.item ?? null,
  bundle_id: bought.bundle?.bundleId ?? null,
});
