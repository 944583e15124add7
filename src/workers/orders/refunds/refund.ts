import { refused } from '../../../domain/errors.ts';
import { capRefundLines } from '../../../domain/orders/credit.ts';
import { amountOf, type RefundLine, refundDelivery, refundUnits } from '../../../domain/orders/refundable.ts';
import { countUnits, loadDelivery, loadLines, pickUnits, refundable } from '../../../entities/order/lines.ts';
import type { Order } from '../../../entities/order/order.ts';
import { type NewRefund, Refund } from '../../../entities/order/refunds/refund.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../../jobs/orders.ts';
import type { WorkerDeps } from '../../deps.ts';
import { enqueueOperation } from '../../payments/enqueue-operation.ts';
import type { ParsedCommand, Prepared } from '../parsed-command.ts';
import { linesByValue, readRefundable } from './refundable.ts';

/**
 * Requests a refund and enqueues the call to the provider. @returns the refund; undefined when there is nothing to
 * refund
 */
export async function enqueueRefund(
  deps: WorkerDeps,
  tx: Tx,
  request: NewRefund,
): Promise<{ refundId: string } | undefined> {
  const refund = await Refund.request(tx, request);
  if (!refund) return undefined;
  enqueueOperation(deps, tx, { id: refund.operationId });
  return { refundId: refund.id };
}

/**
 * Prepares a refund without a return: of shipped units, at most what is left of their lines, or of an amount.
 * @throws UNITS_UNAVAILABLE, DELIVERY_REFUNDED, NOTHING_TO_REFUND, REFUND_EXCEEDS_PAYMENT
 */
export async function prepareRefund(
  deps: WorkerDeps,
  tx: Tx,
  { id: commandId, order, work, reason }: ParsedCommand<OrderWork['REFUND']>,
): Promise<Prepared> {
  const { amount, delivery } = work;
  const units = work.lines ?? [];
  const lines = amount === undefined ? await linesOfUnits(tx, order, work) : await linesByValue(tx, order, amount);
  return {
    event: { type: 'REFUND', amount: amountOf(lines) },
    async perform() {
      if (delivery) order.markDeliveryRefunded();
      await countUnits(tx, order.id, { refunded: units });
      return enqueueRefund(deps, tx, { order, lines, cause: 'refund', reason, commandId });
    },
  };
}

async function linesOfUnits(tx: Tx, order: Order, work: OrderWork['REFUND']): Promise<RefundLine[]> {
  const picked = pickUnits(await loadLines(tx, order.id), work.lines ?? [], refundable);
  const refundLines = picked.map(({ line, quantity }) => refundUnits(line, quantity));
  if (work.delivery) {
    if (order.deliveryRefunded) throw refused('DELIVERY_REFUNDED', { orderId: order.id });
    refundLines.push(...refundDelivery(await loadDelivery(tx, order.id)));
  }
  const requested = amountOf(refundLines);
  if (requested === 0) throw refused('NOTHING_TO_REFUND', { orderId: order.id });
  const lines = capRefundLines(refundLines, await readRefundable(tx, order));
  if (amountOf(lines) === 0) throw refused('REFUND_EXCEEDS_PAYMENT', { orderId: order.id, requested, available: 0 });
  return lines;
}
