import { defineEntity, p } from '@mikro-orm/core';
import { ORDER_CLAIMED, type OrderCommand, type OrderState } from '../../domain/states.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { recordedTraceId, traceColumns } from '../../infra/observability/span.ts';
import type { Checkout } from '../checkout/checkout.ts';

/** A line as it was bought, with everything that refunds and invoices need later. Amounts in paise. */
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
  /** The bundle of the order that contains it; `item` counts bundles from 1. */
  bundle: { item: number; bundleId: string } | null;
}

/** The delivery of an order with its tax at purchase. Amounts in paise. */
export interface PlacedShipping extends DeliveryTax {
  name: string;
  hsn: string;
  /** The part at each tax rate; absent: all of it at `ratePercent`. */
  shares?: readonly (DeliveryTax & { paid: number })[];
}

interface DeliveryTax {
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
    machine: p.json<object>(),
    allowed: p.array().$type<OrderCommand[]>(),
    steps: p.integer(),
    deliveryRefunded: p.boolean(),
    version: p.integer().version(),
    placedAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** A transition of an order, as its machine decided it. */
export interface OrderStep {
  event: string;
  /** The payload of the event, from which the transition can be replayed. */
  data: object | null;
  state: OrderState;
  /** The snapshot of the machine; opaque to this class. */
  machine: object;
  allowed: OrderCommand[];
  /** `staff:<id>`, `key:<id>`, `customer:<id>`, `guest`, `provider` or `checkout`. */
  actor: string;
  reason: string | null;
  /** The id of the command or provider event that caused it. */
  cause: string;
}

/** A paid order. Its checkout places it once, under the id that was chosen when the checkout started. */
export class Order extends OrderSchema.class {
  /**
   * Appends the order of a paid checkout with its lines, its number and its first transitions: placed and confirmed.
   */
  static place(
    tx: Tx,
    checkout: Checkout,
    bought: {
      lines: readonly PlacedLine[];
      shipping: PlacedShipping | null;
      totals: OrderTotals;
      pricesIncludeTax: boolean;
      machine: object;
      allowed: readonly OrderCommand[];
      /** The account that has verified the email address of the guest; it owns the order from the start. */
      claimedBy: string | null;
    },
  ): void {
    const { orderId, requestId } = checkout;
    const { claimedBy } = bought;
    const { subtotal, discount, shipping, tax, total } = bought.totals;
    tx.append('orders', {
      id: orderId,
      checkout_id: checkout.id,
      customer_id: checkout.customerId ?? claimedBy,
      state: 'CONFIRMED',
      currency: checkout.currency,
      prices_include_tax: bought.pricesIncludeTax,
      subtotal,
      discount,
      shipping,
      ...shippingRow(bought.shipping),
      tax,
      total,
      machine: bought.machine,
      allowed: bought.allowed,
      steps: claimedBy === null ? 2 : 3,
      delivery_refunded: false,
      version: 1,
      placed_at: tx.now,
      updated_at: tx.now,
    });
    tx.append('order_numbers', { order_id: orderId });
    bought.lines.forEach((line, index) => {
      tx.append('order_lines', toRow(orderId, index + 1, line));
    });
    const cause = { request_id: requestId, trace_id: recordedTraceId() };
    const step = { order_id: orderId, actor: 'checkout', ...cause, at: tx.now };
    tx.append('order_history', { ...step, seq: 1, from_state: null, to_state: 'PENDING', event: 'PLACED' });
    tx.append('order_history', { ...step, seq: 2, from_state: 'PENDING', to_state: 'CONFIRMED', event: 'PAID' });
    if (claimedBy === null) return;
    const claim = { seq: 3, from_state: 'CONFIRMED', to_state: 'CONFIRMED', event: ORDER_CLAIMED };
    tx.append('order_history', { ...step, ...claim, actor: `customer:${claimedBy}` });
  }

  /** Counts the delivery charge as refunded. */
  markDeliveryRefunded(): void {
    this.deliveryRefunded = true;
  }

  /** Applies a transition of the machine and appends it to the history. */
  applyTransition(tx: Tx, { state, machine, allowed, ...step }: OrderStep): void {
    this.steps += 1;
    tx.append('order_history', {
      order_id: this.id,
      seq: this.steps,
      from_state: this.state,
      to_state: state,
      ...step,
      ...traceColumns(),
      at: tx.now,
    });
    Object.assign(this, { state, machine, allowed, updatedAt: tx.now });
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
  shipping_shares: (shipping?.shares ?? []).map(({ taxableValue: taxable, ...share }) => ({ ...share, taxable })),
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
