import { defineEntity, p } from '@mikro-orm/core';
import type { PriceQuote } from '../../domain/pricing/quote.ts';
import type { PricingSnapshot } from '../../domain/pricing/snapshot.ts';
import { CHECKOUT_TERMINAL_STATES, CHECKOUT_UNPAID, type CheckoutState } from '../../domain/states.ts';
import type { Row } from '../../infra/database/pending-writes.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { recordedTraceId } from '../../infra/observability/span.ts';
import { sealColumn, type Vault } from '../account/privacy/vault.ts';
import type { RequestedLine } from '../pricing/pricing-request.ts';
import { packSnapshot } from './price-snapshot.ts';

export interface Address {
  name: string;
  line1: string;
  line2?: string | undefined;
  city: string;
  /** ISO 3166-2 subdivision, e.g. IN-KA. */
  state: string;
  postalCode: string;
  country: string;
  phone?: string | undefined;
}

/** A transition of a checkout, as its machine decided it. */
export interface CheckoutStep {
  event: string;
  accepted: boolean;
  state: CheckoutState;
  busy: boolean;
  /** The snapshot of the machine; opaque to this class. */
  machine: object;
  /** The id of the command or provider event that caused it. */
  cause: string;
  reason?: { code: string; details: Record<string, unknown> } | undefined;
}

/** The fields of a cart that a checkout copies. */
interface CartSnapshot {
  id: string;
  customerId?: string | null | undefined;
  version: number;
  currency: string;
  codes: string[];
  lastQuote?: PriceQuote | null | undefined;
}

export interface NewCheckout {
  cart: CartSnapshot;
  lines: readonly RequestedLine[];
  /** The identity that redeems its discounts (see `redeemerOf`). */
  redeemer: string | null;
  shippingMethodId: string | null;
  email: string;
  shippingAddress: Address;
  billingAddress: Address | null;
  /** Paise; null means that the client accepts the last quote of the cart. */
  expectedTotal: number | null;
  paymentMethod: string | null;
  /**
   * The blind index of the account or network that the checkout counts for (see `holderOf`); null: it is not counted.
   */
  holder: string | null;
  requestId: string | null;
}

const CheckoutSchema = defineEntity({
  name: 'Checkout',
  tableName: 'checkouts',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid(),
    cartId: p.uuid(),
    cartVersion: p.integer(),
    customerId: p.uuid().nullable(),
    placeOfSupply: p.string(),
    codes: p.array(),
    redeemer: p.text().nullable(),
    emailIndex: p.text().nullable(),
    shippingMethodId: p.uuid().nullable(),
    currency: p.character().length(3),
    expectedTotal: p.bigint('number').nullable(),
    quote: p.json<PriceQuote>().nullable(),
    total: p.bigint('number').nullable(),
    state: p.string().$type<CheckoutState>(),
    busy: p.boolean(),
    machine: p.json<object>().nullable(),
    reason: p.string().nullable(),
    reasonDetails: p.json<Record<string, unknown>>().nullable(),
    steps: p.integer(),
    expiresAt: p.datetime().nullable(),
    holder: p.string().fieldName('network').nullable(),
    requestId: p.string().nullable(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/**
 * A checkout turns a cart into a paid order. Its machine decides the transitions; this class stores the state and history.
 * Email and addresses stay sealed in their columns and are not loaded, because no transition needs them.
 */
export class Checkout extends CheckoutSchema.class {
  /** Creates a checkout from a cart and appends its rows. It also chooses the id of the order. */
  static accept(tx: Tx, vault: Vault, from: NewCheckout): Checkout {
    const checkout = new Checkout();
    const [id, orderId] = [newId(), newId()];
    const { cart, expectedTotal, requestId } = from;
    const fixed = { id, orderId, expectedTotal, requestId, placeOfSupply: from.shippingAddress.state };
    const { id: cartId, version: cartVersion, currency, customerId = null, codes, lastQuote: quote = null } = cart;
    const { redeemer, shippingMethodId, holder } = from;
    Object.assign(checkout, fixed, { cartId, cartVersion, currency, customerId, codes, redeemer, shippingMethodId });
    checkout.quote = quote;
    checkout.holder = holder;
    // An erasure finds the checkouts of customers by the account, and those of guests only by the email address.
    checkout.emailIndex = customerId === null ? vault.indexOf(from.email) : null;
    Object.assign(checkout, { state: 'CREATED', busy: true, steps: 1, version: 1, createdAt: tx.now });
    const units = from.lines.reduce((sum, { quantity }) => sum + quantity, 0);
    checkout.appendRow(tx, { ...personalColumns(vault, id, from), units });
    for (const [index, line] of from.lines.entries()) tx.append('checkout_lines', lineRow(id, index + 1, line));
    checkout.appendHistory(tx, {
      from: null,
      to: 'CREATED',
      event: 'CREATED',
      accepted: true,
      cause: 'request',
      at: tx.now,
    });
    if (from.paymentMethod) checkout.appendAttempt(tx, 1, from.paymentMethod);
    return checkout;
  }

  /** Whether the checkout has ended, with or without an order. Only a late payment can change its state again. */
  get isOver(): boolean {
    return this.state === 'COMPLETED' || CHECKOUT_TERMINAL_STATES.includes(this.state);
  }

  /** Applies a transition of the machine and appends it to the history, also for a refused event. */
  applyTransition(tx: Tx, step: CheckoutStep): void {
    const { event, accepted, cause } = step;
    this.steps += 1;
    // The current time instead of the transaction's start, so that the history shows the duration of each step.
    this.appendHistory(tx, { from: this.state, to: step.state, event, accepted, cause, at: new Date() });
    this.state = step.state;
    this.busy = step.busy;
    this.machine = step.machine;
    // The holder matters only while the checkout reserves goods without payment.
    if (!CHECKOUT_UNPAID.includes(step.state)) this.holder = null;
    this.updatedAt = tx.now;
    if (step.reason) {
      this.reason = step.reason.code;
      this.reasonDetails = step.reason.details;
    } else if (!CHECKOUT_TERMINAL_STATES.includes(step.state)) {
      // A late payment reopened the checkout: the reason for its end no longer applies.
      this.reason = null;
      this.reasonDetails = null;
    }
  }

  /** Fixes the price, stores how it was calculated, and sets the expiry of the reservation. */
  fixPrice(tx: Tx, snapshot: PricingSnapshot, expiresAt: Date): void {
    this.total = snapshot.output.totals.total;
    this.expiresAt = expiresAt;
    tx.append('pricing_snapshots', { checkout_id: this.id, ...packSnapshot(snapshot), created_at: tx.now });
  }

  /** Extends the reservation. @returns false if it lasts as long already, or has expired. */
  extend(until: Date, now: Date): boolean {
    if (!this.expiresAt || this.expiresAt <= now || this.expiresAt >= until) return false;
    this.expiresAt = until;
    return true;
  }

  /** Appends a payment attempt; the checkout is busy until the machine has processed it. */
  addAttempt(tx: Tx, attempt: number, method: string): void {
    this.appendAttempt(tx, attempt, method);
    this.markBusy(tx.now);
  }

  /** Marks the checkout as busy after accepting a command, so that clients wait for its effect. */
  markBusy(now: Date): void {
    this.busy = true;
    this.updatedAt = now;
  }

  private appendRow(tx: Tx, rest: Row): void {
    tx.append('checkouts', {
      id: this.id,
      order_id: this.orderId,
      cart_id: this.cartId,
      cart_version: this.cartVersion,
      customer_id: this.customerId,
      place_of_supply: this.placeOfSupply,
      ...rest,
      codes: this.codes,
      redeemer: this.redeemer,
      email_index: this.emailIndex,
      shipping_method_id: this.shippingMethodId,
      currency: this.currency,
      expected_total: this.expectedTotal,
      quote: this.quote,
      state: this.state,
      busy: this.busy,
      steps: this.steps,
      network: this.holder,
      request_id: this.requestId,
      version: this.version,
      created_at: tx.now,
      updated_at: tx.now,
    });
  }

  private appendAttempt(tx: Tx, attempt: number, method: string): void {
    const row = { checkout_id: this.id, attempt, method, status: 'pending', created_at: tx.now };
    tx.append('payment_attempts', row);
  }

  private appendHistory(
    tx: Tx,
    step: { from: CheckoutState | null; to: CheckoutState; event: string; accepted: boolean; cause: string; at: Date },
  ): void {
    tx.append('checkout_history', {
      checkout_id: this.id,
      seq: this.steps,
      from_state: step.from,
      to_state: step.to,
      event: step.event,
      accepted: step.accepted,
      cause: step.cause,
      request_id: this.requestId,
      trace_id: recordedTraceId(),
      at: step.at,
    });
  }
}
CheckoutSchema.setClass(Checkout);

function lineRow(checkoutId: string, line: number, { variantId, quantity, bundle }: RequestedLine): Row {
  return {
    checkout_id: checkoutId,
    line,
    variant_id: variantId,
    quantity,
    bundle_item: bundle?.item ?? null,
    bundle_id: bundle?.bundleId ?? null,
    set_id: bundle?.setId ?? null,
    bundle_quantity: bundle?.quantity ?? null,
  };
}

/** The sealed personal columns of a checkout. */
function personalColumns(vault: Vault, id: string, from: NewCheckout): Record<string, string | null> {
  const text = (address: Address | null) => (address === null ? null : JSON.stringify(address));
  return {
    email: sealColumn(vault, from.email, `checkouts.email:${id}`),
    shipping_address: sealColumn(vault, text(from.shippingAddress), `checkouts.shipping_address:${id}`),
    billing_address: sealColumn(vault, text(from.billingAddress), `checkouts.billing_address:${id}`),
  };
}
