import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { idsInOutbox } from '../outbox/outbox.ts';
import { appendOpening, appendOperation, type Opening, type Operation, type RefundRound } from './operation.ts';

/** The decline code of a payment method that the provider refused to try, for example an unknown one. */
const REFUSED_METHOD = 'payment_method_invalid';

export type PaymentStatus = 'opening' | 'requires_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';

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
  /** Appends a payment with the operation that opens its intent at the provider. @returns the operation */
  static open(tx: Tx, of: Opening): Operation {
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
    return appendOpening(tx, id, of);
  }

  /** Loads the payment of a checkout whose row is locked. @throws Error when the checkout has none */
  static async of(tx: Tx, checkoutId: string): Promise<Payment> {
    const [payment] = await tx.find(Payment, { checkoutId });
    if (!payment) throw new Error(`checkout ${checkoutId} has no payment`);
    return payment;
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

  /** Records that the provider refused the customer's payment method. The intent of the provider does not change. */
  refuseMethod(now: Date): void {
    if (this.isSettled) return;
    this.declineCode = REFUSED_METHOD;
    this.updatedAt = now;
  }

  get hasRefusedMethod(): boolean {
    return this.declineCode === REFUSED_METHOD;
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
  recordDashboardRefund({ amount, elsewhere, now }: { amount: number; elsewhere: number; now: Date }): void {
    this.recordRefund(amount, now);
    const covered = Math.min(this.captured, this.refunded + elsewhere);
    this.reserveRefund(Math.max(0, covered - this.refundAsked), now);
  }

  /** Reverses a refund that the provider accepted and then failed: the shop still has the money. */
  revokeRefund(amount: number, now: Date): void {
    this.refunded -= amount;
    this.updatedAt = now;
  }

  /**
   * Counts `amount`, in paise, as requested, so that no other refund gets it. Nothing else changes what was requested.
   * @throws REFUND_EXCEEDS_PAYMENT
   */
  reserveRefund(amount: number, now: Date): void {
    const available = this.captured - this.refundAsked;
    const { checkoutId } = this;
    if (amount > available) throw refused('REFUND_EXCEEDS_PAYMENT', { checkoutId, requested: amount, available });
    this.refundAsked += amount;
    this.updatedAt = now;
  }

  /**
   * Requests the refund of a payment without an order, in paise, and appends its call to the provider.
   * @returns the id of the operation. @throws REFUND_EXCEEDS_PAYMENT
   */
  requestRefund(tx: Tx, amount: number): string {
    const { checkoutId } = this;
    this.reserveRefund(amount, tx.now);
    return appendOperation(tx, this.id, { id: checkoutId, kind: 'refund', amount, checkoutId });
  }

  /** The same for a refund of an order; `commandId`: the command that requests it, if one does. */
  requestOrderRefund(
    tx: Tx,
    { amount, refund, commandId }: { amount: number; refund: RefundRound; commandId?: string },
  ): string {
    this.reserveRefund(amount, tx.now);
    return appendOperation(tx, this.id, { id: commandId, kind: 'refund', amount, refund });
  }

  /** Appends an operation for the payments worker. Its idempotency key is derived, so no operation exists twice. */
  requestOperation(tx: Tx, operation: { kind: 'confirm'; attempt: number } | { kind: 'cancel' }): string {
    return appendOperation(tx, this.id, operation);
  }
}
PaymentSchema.setClass(Payment);

/**
 * Up to $1 payments without a final status, to ask the provider about them: first after 20 s, then at growing intervals.
 * This includes payments without an intent: the call of a killed worker may have reached the provider.
 */
export const UNSETTLED_PAYMENTS = `select id from payments p
  where status in ('opening', 'requires_method', 'requires_action', 'processing')
    and updated_at < now() - greatest(interval '20 s', (now() - created_at) / 4)
    and (intent_id is not null or created_at > now() - interval '2 days' and not exists (
      select 1 from payment_operations o where o.payment_id = p.id and o.status in ('pending', 'unknown')))
    and id::text not in ${idsInOutbox('paymentId')}
  order by updated_at limit $1 for update skip locked`;

/** Claims them: raising `updated_at` moves a payment to the end of the queue. */
export const CLAIM_UNSETTLED_PAYMENTS = `update payments set updated_at = now() where id in (${UNSETTLED_PAYMENTS})
  returning id`;
