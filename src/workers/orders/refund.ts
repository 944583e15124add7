import { refused } from '../../domain/errors.ts';
import { amountOf, refundDelivery, refundUnits } from '../../domain/orders/refundable.ts';
import type { Order } from '../../entities/order.ts';
import { countUnits, loadDelivery, loadLines, pick, refundable } from '../../entities/orders/lines.ts';
import { askAgain, askRefund, type WantedRefund } from '../../entities/orders/refund.ts';
import { enqueue } from '../../entities/outbox.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { OrderWork } from '../../jobs/orders.ts';
import { executeOperation } from '../../jobs/payments.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Prepared } from './prepared.ts';

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

/** Money of goods that were sent goes back, without the goods coming back. */
export async function prepareRefund(
  deps: WorkerDeps,
  tx: Tx,
  { order, work, reason }: { order: Order; work: OrderWork['REFUND']; reason: string | null },
): Promise<Prepared> {
  const units = work.lines ?? [];
  const lines = pick(await loadLines(tx, order.id), units, refundable).map(({ line, quantity }) =>
    refundUnits(line, quantity),
  );
  if (work.delivery) {
    if (order.deliveryRefunded) throw refused('DELIVERY_REFUNDED', { orderId: order.id });
    lines.push(...refundDelivery(await loadDelivery(tx, order.id)));
  }
  const amount = amountOf(lines);
  if (amount === 0) throw refused('NOTHING_TO_REFUND', { orderId: order.id });
  return {
    event: { type: 'REFUND', amount },
    async perform(left) {
      if (work.delivery) order.deliveryRefunded = true;
      await countUnits(tx, order.id, { refunded: units });
      return giveBack(deps, tx, { order, lines, left, cause: 'refund', reason });
    },
  };
}

/** The provider could not carry a refund out: once more, under a key of its own. */
export function prepareRetry(
  deps: WorkerDeps,
  tx: Tx,
  { order, work: { refundId } }: { order: Order; work: OrderWork['RETRY_REFUND'] },
): Prepared {
  return {
    event: { type: 'RETRY_REFUND' },
    async perform() {
      const operationId = await askAgain(tx, { orderId: order.id, refundId });
      enqueue(tx, deps.queues, { contract: executeOperation, payload: { operationId } });
      return { refundId };
    },
  };
}
