import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../../domain/errors.ts';
import { leftOf, redistributeRefund } from '../../../domain/orders/redistribute-refund.ts';
import { amountOf, type RefundLine } from '../../../domain/orders/refundable.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { appendOperation } from '../../payment/operation.ts';
import { Payment } from '../../payment/payment.ts';
import type { Order } from '../order.ts';
import { loadCreditable, loadCreditNote } from './credit.ts';
import { loadMoney } from './money.ts';

export type RefundCause = 'cancellation' | 'refund' | 'return';

const RefundSchema = defineEntity({
  name: 'Refund',
  tableName: 'refunds',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid().nullable(),
    paymentId: p.uuid(),
    amount: p.bigint('number'),
    credited: p.bigint('number').nullable(),
    cause: p.string().$type<RefundCause | 'provider' | 'outside'>(),
    reason: p.text().nullable(),
    state: p.string().$type<'pending' | 'succeeded' | 'failed'>(),
    failure: p.text().nullable(),
    providerReference: p.text().nullable(),
    createdAt: p.datetime(),
    decidedAt: p.datetime().nullable(),
  },
});

export interface NewRefund {
  order: Pick<Order, 'id' | 'checkoutId'>;
  /** The amounts to refund per line, within what may be credited. */
  lines: readonly RefundLine[];
  cause: RefundCause;
  reason: string | null;
  /** The command that requests it, if one does. Both get the same id: a restored database repeats the refund under it. */
  commandId?: string | undefined;
}

type NewRow = Pick<Refund, 'paymentId' | 'amount' | 'cause' | 'reason' | 'state'> &
  Partial<Pick<Refund, 'id' | 'orderId' | 'providerReference'>>;

/** A refund, with the lines of its credit note. The checkout's lock protects it. Amounts in paise. */
export class Refund extends RefundSchema.class {
  /**
   * Requests a refund under the locks of the checkout and of the order: books the amount against the captured amount, and
   * adds the refund with its call to the provider.
   * @returns null if there is nothing to refund. @throws REFUND_EXCEEDS_PAYMENT
   */
  static async request(tx: Tx, of: NewRefund): Promise<{ id: string; operationId: string } | null> {
    const { order, lines, cause, reason, commandId } = of;
    const amount = amountOf(lines);
    if (amount === 0) return null;
    const payment = await Payment.of(tx, order.checkoutId);
    const id = commandId ?? newId();
    const operationId = payment.requestOrderRefund(tx, {
      amount,
      refund: { id, round: 1 },
      ...(commandId && { commandId }),
    });
    Refund.add(tx, { id, orderId: order.id, paymentId: payment.id, amount, cause, reason, state: 'pending' }, lines);
    return { id, operationId };
  }

  /**
   * Records a refund that was made outside the provider, under the locks of the checkout and of the order, and writes it.
   * It reduces the amount that can still be refunded. @returns the id of the refund. @throws REFUND_EXCEEDS_PAYMENT
   */
  static async record(tx: Tx, { order, lines, reason }: Omit<NewRefund, 'cause' | 'commandId'>): Promise<string> {
    const amount = amountOf(lines);
    const payment = await Payment.of(tx, order.checkoutId);
    payment.reserveRefund(amount, tx.now);
    const of = { orderId: order.id, paymentId: payment.id, amount, reason } as const;
    const { id } = Refund.add(tx, { ...of, cause: 'outside', state: 'succeeded' }, lines);
    await tx.write();
    return id;
  }

  /** Adds a refund with the lines of its credit note. A refund without an order has none. */
  static add(tx: Tx, row: NewRow, lines: readonly RefundLine[]): Refund {
    const credited = row.orderId ? amountOf(lines) : null;
    const decidedAt = row.state === 'pending' ? null : tx.now;
    const refund = Object.assign(new Refund(), { id: newId(), ...row, credited, decidedAt, createdAt: tx.now });
    tx.persist(refund);
    refund.appendLines(tx, lines);
    return refund;
  }

  /** Loads a failed refund of an order. @throws REFUND_NOT_FAILED */
  static async loadFailed(tx: Tx, { refundId, orderId }: { refundId: string; orderId: string }): Promise<Refund> {
    const [refund] = await tx.find(Refund, { id: refundId, orderId, state: 'failed' });
    if (!refund) throw refused('REFUND_NOT_FAILED', { refundId });
    return refund;
  }

  /** Records that the provider made the refund. @returns false if that was recorded before */
  async succeed(tx: Tx): Promise<boolean> {
    if (this.state === 'succeeded') return false;
    if (this.state === 'pending') await this.settleCredit(tx);
    Object.assign(this, { state: 'succeeded', failure: null, decidedAt: tx.now });
    return true;
  }

  /** Records that the refund failed. @returns false if that was recorded before */
  fail(failure: string, now: Date): boolean {
    if (this.state === 'failed') return false;
    Object.assign(this, { state: 'failed', failure, decidedAt: now });
    return true;
  }

  /**
   * Requests a failed refund again, up to the amount that is still owed: other refunds may have been made since. An issued
   * credit note stays; without one the lines are reduced again.
   * @returns the id of the call to the provider. @throws REFUND_EXCEEDS_PAYMENT
   */
  async retry(tx: Tx, order: Pick<Order, 'id' | 'checkoutId'>, commandId: string): Promise<string> {
    const { id, paymentId, amount: requested } = this;
    const { asked, refunded, outside, underWay } = await loadMoney(tx, order.checkoutId);
    const { lines, round, isIssued } = await loadCreditNote(tx, id);
    const creditable = isIssued || lines.length === 0 ? null : (await loadCreditable(tx, order.id)).lines;
    const left = creditable ? leftOf(creditable) : requested;
    const amount = Math.min(requested, left, asked - refunded - outside - underWay);
    if (amount <= 0) throw refused('REFUND_EXCEEDS_PAYMENT', { orderId: order.id, requested, available: 0 });
    if (creditable) await this.replaceLines(tx, lines, redistributeRefund(lines, { amount, creditable }));
    Object.assign(this, { state: 'pending', failure: null, decidedAt: null, amount });
    return appendOperation(tx, paymentId, { id: commandId, kind: 'refund', amount, refund: { id, round } });
  }

  /**
   * Reduces the lines to what is left of the invoice. They can exceed it if the provider's dashboard refunded part of the
   * same money while the refund was pending.
   */
  private async settleCredit(tx: Tx): Promise<void> {
    const { lines, isIssued } = await loadCreditNote(tx, this.id);
    if (this.orderId == null || isIssued || lines.length === 0) return;
    const { lasting } = await loadCreditable(tx, this.orderId);
    // Refunds outside the provider and in the dashboard can add up to more than was paid; a credit note never does.
    const amount = Math.min(this.amount, leftOf(lasting));
    await this.replaceLines(tx, lines, redistributeRefund(lines, { amount, creditable: lasting }));
  }

  private async replaceLines(tx: Tx, before: readonly RefundLine[], lines: readonly RefundLine[]): Promise<void> {
    if (lines === before) return;
    await tx.query(`delete from refund_lines where refund_id = $1`, [this.id]);
    this.credited = amountOf(lines);
    this.appendLines(tx, lines);
  }

  private appendLines(tx: Tx, lines: readonly RefundLine[]): void {
    for (const line of lines) tx.append('refund_lines', { refund_id: this.id, order_id: this.orderId, ...line });
  }
}
RefundSchema.setClass(Refund);
