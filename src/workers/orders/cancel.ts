import { capRefundLines } from '../../domain/orders/credit.ts';
import { amountOf, type RefundLine, refundDelivery, refundUnits } from '../../domain/orders/refundable.ts';
import type { CommandResult } from '../../entities/order/command.ts';
import {
  countUnits,
  goodsOf,
  loadDelivery,
  loadLines,
  type OrderLine,
  pickUnits,
  unitsIn,
  unshippedUnits,
} from '../../entities/order/lines.ts';
import type { Order } from '../../entities/order/order.ts';
import { releaseRedemptions } from '../../entities/pricing/redemption.ts';
import { restock } from '../../entities/stock/stock.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { sendEmail } from '../notifications/order-emails.ts';
import type { ParsedCommand, Prepared } from './parsed-command.ts';
import { enqueueRefund } from './refunds/refund.ts';
import { readRefundable } from './refunds/refundable.ts';

interface Cancellation {
  order: Order;
  reason: string | null;
  /** The command that cancels; undefined if a refund in the dashboard of the provider does. */
  commandId: string | undefined;
}

/**
 * Cancels all units that are not shipped: restocks them and refunds them. If nothing was shipped, also refunds the
 * delivery charge and releases the uses of the discounts.
 * `left`: paise that may still be refunded. @returns the refund
 */
export async function cancelRest(
  deps: WorkerDeps,
  tx: Tx,
  { left, ...cancellation }: Cancellation & { left: number },
): Promise<CommandResult | undefined> {
  const { order } = cancellation;
  const orderLines = await loadLines(tx, order.id);
  const picked = orderLines
    .map((line) => ({ line, quantity: unshippedUnits(line) }))
    .filter(({ quantity }) => quantity > 0);
  const isNothingShipped = orderLines.every(({ shipped }) => shipped === 0);
  if (isNothingShipped) {
    sendEmail(deps, tx, { letter: 'order-cancelled', id: order.id });
    await releaseRedemptions(tx, order.checkoutId, 'consumed');
  }
  const refundLines = picked.map(({ line, quantity }) => refundUnits(line, quantity));
  if (isNothingShipped && !order.deliveryRefunded) {
    refundLines.push(...refundDelivery(await loadDelivery(tx, order.id)));
    order.markDeliveryRefunded();
  }
  const { creditable, most } = await readRefundable(tx, order);
  const lines = capRefundLines(refundLines, { creditable, most: Math.min(most, left) });
  return cancelPicked(deps, tx, { ...cancellation, picked, lines });
}

/** Cancels some units that are not shipped. The order continues. */
export async function prepareCancelUnits(
  deps: WorkerDeps,
  tx: Tx,
  { id: commandId, order, work, reason }: ParsedCommand<OrderWork['CANCEL_UNITS']>,
): Promise<Prepared> {
  const picked = pickUnits(await loadLines(tx, order.id), work.lines, unshippedUnits);
  const refundLines = picked.map(({ line, quantity }) => refundUnits(line, quantity));
  const lines = capRefundLines(refundLines, await readRefundable(tx, order));
  return {
    event: { type: 'CANCEL_UNITS', units: unitsIn(picked), amount: amountOf(lines) },
    perform: () => cancelPicked(deps, tx, { order, reason, commandId, picked, lines }),
  };
}

async function cancelPicked(
  deps: WorkerDeps,
  tx: Tx,
  at: Cancellation & { picked: { line: OrderLine; quantity: number }[]; lines: RefundLine[] },
): Promise<CommandResult | undefined> {
  const { order, picked, lines, reason, commandId } = at;
  const units = picked.map(({ line, quantity }) => ({ line: line.line, quantity }));
  await countUnits(tx, order.id, { cancelled: units, refunded: units });
  await restock(tx, { cause: 'order', causeId: order.id }, goodsOf(picked));
  return enqueueRefund(deps, tx, { order, lines, cause: 'cancellation', reason, commandId });
}
