import { defineEntity, p } from '@mikro-orm/core';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

export type PaymentStatus = 'opening' | 'requires_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';
export type OperationKind = 'open' | 'confirm' | 'cancel' | 'refund';

/** What the provider says of an intent; amounts in paise. */
export interface IntentFacts {
  id: string;
  status: Exclude<PaymentStatus, 'opening'>;
  amountReceived: number;
  clientSecret: string | null;
  declineCode: string | null;
}

const PaymentSchema = defineEntity({
  name: 'Payment',
  tableName: 'payments',
  properties: {
    id: p.uuid().primary(),
    checkoutId: p.uuid(),
    provider: p.string(),
    intentId: p.string().nullable(),
    status: p.string().$type<PaymentStatus>(),
    currency: p.character().length(3),
    amount: p.bigint('number'),
    captured: p.bigint('number'),
    refunded: p.bigint('number'),
    refundAsked: p.bigint('number'),
    clientSecret: p.string().nullable(),
    declineCode: p.string().nullable(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** The one payment of a checkout, whatever the number of attempts: one intent at the provider, so at most one charge. */
export class Payment extends PaymentSchema.class {
  /** Appends a payment that is about to be opened at the provider, with the operation that opens it. Returns the operation's id. */
  static open(tx: Tx, of: { checkoutId: string; amount: number; currency: string; attempt: number | null }): string {
    const id = newId();
    tx.append('payments', {
      id,
      checkout_id: of.checkoutId,
      provider: 'stripe',
      status: 'opening',
      currency: of.currency,
      amount: of.amount,
      captured: 0,
      refunded: 0,
      refund_asked: 0,
      version: 1,
      created_at: tx.now,
      updated_at: tx.now,
    });
    return appendOperation(tx, id, { kind: 'open', attempt: of.attempt, amount: of.amount });
  }

  get isSettled(): boolean {
    return this.status === 'succeeded' || this.status === 'canceled';
  }

  /** Takes over what the provider says. Success is final: nothing that comes later takes it back. */
  record(intent: IntentFacts, now: Date): void {
    this.intentId = intent.id;
    this.clientSecret = intent.clientSecret ?? this.clientSecret;
    this.updatedAt = now;
    if (this.status === 'succeeded') return;
    this.status = intent.status;
    this.declineCode = intent.declineCode;
    // More than was asked for is a discrepancy for reconciliation, never a larger capture here.
    if (intent.status === 'succeeded') this.captured = Math.min(intent.amountReceived, this.amount);
  }

  /** Books money that went back, in paise. The database refuses more than was captured. */
  recordRefund(amount: number, now: Date): void {
    this.refunded += amount;
    this.updatedAt = now;
  }

  /**
   * Books money that went back in the provider's own dashboard, in paise: it leaves less to be asked for. What was asked
   * for and has failed counts as given back with it. `elsewhere`: what is under way, or went back outside the provider.
   */
  recordForeignRefund({ amount, elsewhere, now }: { amount: number; elsewhere: number; now: Date }): void {
    this.recordRefund(amount, now);
    this.refundAsked = Math.max(this.refundAsked, Math.min(this.captured, this.refunded + elsewhere));
  }

  /** Takes back a refund that the provider accepted and could not carry out: the money is still with us. */
  revokeRefund(amount: number, now: Date): void {
    this.refunded -= amount;
    this.updatedAt = now;
  }

  /** Appends an operation for the payments worker. Its key is derived, so the same operation cannot exist twice. */
  request(tx: Tx, operation: { kind: OperationKind; attempt?: number; amount?: number }): string {
    if (operation.kind === 'refund') this.refundAsked += operation.amount ?? 0;
    return appendOperation(tx, this.id, operation);
  }
}
PaymentSchema.setClass(Payment);

/** Appends the call that brings a refund of an order about, in paise; each round of a refund is a call with a key of its own. */
export const appendRefundCall = (
  tx: Tx,
  { paymentId, refundId, amount, round }: { paymentId: string; refundId: string; amount: number; round: number },
): string => appendOperation(tx, paymentId, { kind: 'refund', amount, refund: { id: refundId, round } });

interface NewOperation {
  kind: OperationKind;
  attempt?: number | null;
  amount?: number;
  refund?: { id: string; round: number };
}

function appendOperation(tx: Tx, paymentId: string, operation: NewOperation): string {
  const id = newId();
  const { kind, attempt = null, amount = null, refund } = operation;
  const parts = refund ? [kind, refund.id, refund.round] : [kind, paymentId, kind === 'confirm' ? attempt : ''];
  tx.append('payment_operations', {
    id,
    payment_id: paymentId,
    kind,
    attempt,
    amount,
    refund_id: refund?.id ?? null,
    idempotency_key: parts.filter(Boolean).join('-'),
    key_round: 1,
    fence: 0,
    status: 'pending',
    created_at: tx.now,
  });
  return id;
}
