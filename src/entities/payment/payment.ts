import { defineEntity, p } from '@mikro-orm/core';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

export type PaymentStatus = 'opening' | 'requires_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';
export type OperationKind = 'open' | 'confirm' | 'cancel' | 'refund';

/** A payment intent as the provider reports it; amounts in paise. */
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

/** The only payment of a checkout. All attempts use one intent at the provider, so there is at most one charge. */
export class Payment extends PaymentSchema.class {
  /** Appends a payment with the operation that opens its intent at the provider. @returns the operation's id */
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

  /** Copies the facts of an intent. `succeeded` is final: later facts do not change the status. */
  record(intent: IntentFacts, now: Date): void {
    this.intentId = intent.id;
    this.clientSecret = intent.clientSecret ?? this.clientSecret;
    this.updatedAt = now;
    if (this.status === 'succeeded') return;
    this.status = intent.status;
    this.declineCode = intent.declineCode;
    // A larger amount than requested is not captured here: reconciliation reports it as a discrepancy.
    if (intent.status === 'succeeded') this.captured = Math.min(intent.amountReceived, this.amount);
  }

  /** Books a refund in paise. A check constraint refuses more than was captured. */
  recordRefund(amount: number, now: Date): void {
    this.refunded += amount;
    this.updatedAt = now;
  }

  /**
   * Books a refund from the provider's dashboard, in paise. It reduces the amount that can still be requested; requested
   * refunds that failed count as covered by it. `elsewhere`: pending refunds, and refunds outside the provider.
   */
  recordForeignRefund({ amount, elsewhere, now }: { amount: number; elsewhere: number; now: Date }): void {
    this.recordRefund(amount, now);
    this.refundAsked = Math.max(this.refundAsked, Math.min(this.captured, this.refunded + elsewhere));
  }

  /** Reverses a refund that the provider accepted and then failed: the shop still has the money. */
  revokeRefund(amount: number, now: Date): void {
    this.refunded -= amount;
    this.updatedAt = now;
  }

  /** Appends an operation for the payments worker. Its idempotency key is derived, so no operation exists twice. */
  request(tx: Tx, operation: { kind: OperationKind; attempt?: number; amount?: number }): string {
    if (operation.kind === 'refund') this.refundAsked += operation.amount ?? 0;
    return appendOperation(tx, this.id, operation);
  }
}
PaymentSchema.setClass(Payment);

/**
 * Appends the call to the provider for an order's refund, in paise. Each round of a refund has its own idempotency key.
 */
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
