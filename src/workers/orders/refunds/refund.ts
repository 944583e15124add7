import { refused } from '../../../domain/errors.ts';
import { cutDown } from '../../../domain/orders/credit.ts';
import { amountOf, type RefundLine, refundDelivery, refundUnits } from '../../../domain/orders/refundable.ts';
import { countUnits, loadDelivery, loadLines, pick, refundable } from '../../../entities/order/lines.ts';
import type { Order } from '../../../entities/order/order.ts';
import { askRefund, type WantedRefund } from '../../../entities/order/refunds/refund.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../../jobs/orders.ts';
import { executeOperation } from '../../../jobs/payments.ts';
import type { WorkerDeps } from '../../deps.ts';
import type { LineRequest, Prepared } from '../prepared.ts';
import { linesByValue, readRefundable } from './refundable.ts';

/** Asks for money back and has the provider called. @returns the refund; undefined when there is nothing to give back */
export async function giveBack(
  deps: WorkerDeps,
  tx: Tx,
  wanted: WantedRefund,
): Promise<{ refundId: string } | undefined> {
  const refund = await askRefund(tx, wanted);
  if (!refund) return undefined;
  enqueue(tx, deps.queues, { contract: executeOperation, payload: { operationId: refund.operationId } });
  return { refundId: refund.id };
}

/**
 * Money goes back without goods coming back: that of units that were sent, up to what is left of them, or an amount.
 * @throws UNITS_UNAVAILABLE, DELIVERY_REFUNDED, NOTHING_TO_REFUND, REFUND_EXCEEDS_PAYMENT
 */
export async function prepareRefund(
  deps: WorkerDeps,
  tx: Tx,
  { order, work, reason }: LineRequest<OrderWork['REFUND']>,
): Promise<Prepared> {
  const { amount, delivery } = work;
  const units = work.lines ?? [];
  const lines = amount === undefined ? await linesOfUnits(tx, order, work) : await linesByValue(tx, order, amount);
  return {
    event: { type: 'REFUND', amount: amountOf(lines) },
    async perform() {
      if (delivery) order.deliveryRefunded = true;
      await countUnits(tx, order.id, { refunded: units });
      return giveBack(deps, tx, { order, lines, cause: 'refund', reason });
    },
  };
}

async function linesOfUnits(tx: Tx, order: Order, work: OrderWork['REFUND']): Promise<RefundLine[]> {
  const picked = pick(await loadLines(tx, order.id), work.lines ?? [], refundable);
  const wanted = picked.map(({ line, quantity }) => refundUnits(line, quantity));
  if (work.delivery) {
    if (order.deliveryRefunded) throw refused('DELIVERY_REFUNDED', { orderId: order.id });
    wanted.push(...refundDelivery(await loadDelivery(tx, order.id)));
  }
  const requested = amountOf(wanted);
  if (requested === 0) throw refused('NOTHING_TO_REFUND', { orderId: order.id });
  const lines = cutDown(wanted, await readRefundable(tx, order));
  if (amountOf(lines) === 0) throw refused('REFUND_EXCEEDS_PAYMENT', { orderId: order.id, requested, available: 0 });
  return lines;
}
