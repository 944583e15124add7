import { cutDown } from '../../domain/orders/credit.ts';
import { amountOf, type RefundLine, refundDelivery, refundUnits } from '../../domain/orders/refundable.ts';
import type { CommandResult } from '../../entities/order/command.ts';
import {
  countUnits,
  goodsOf,
  loadDelivery,
  loadLines,
  type OrderLine,
  pick,
  unitsIn,
  unsent,
} from '../../entities/order/lines.ts';
import type { Order } from '../../entities/order/order.ts';
import { releaseRedemptions } from '../../entities/pricing/redemption.ts';
import { restock } from '../../entities/stock/stock.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { sendEmail } from '../notifications/order-emails.ts';
import type { Prepared } from './prepared.ts';
import { giveBack } from './refunds/refund.ts';
import { readRefundable } from './refunds/refundable.ts';

interface Cancelled {
  order: Order;
  reason: string | null;
}

/**
 * Everything that was not sent will not be: it goes back on the shelf, its money goes back, and so do the uses of the
 * discounts. What the delivery cost goes back when nothing was delivered.
 * `left`: paise that may still be asked for. @returns the refund
 */
export async function cancelRest(
  deps: WorkerDeps,
  tx: Tx,
  { order, reason, left }: Cancelled & { left: number },
): Promise<CommandResult | undefined> {
  const bought = await loadLines(tx, order.id);
  const picked = bought.map((line) => ({ line, quantity: unsent(line) })).filter(({ quantity }) => quantity > 0);
  const isWhole = bought.every(({ shipped }) => shipped === 0);
  if (isWhole) {
    sendEmail(deps, tx, { letter: 'order-cancelled', id: order.id });
    await releaseRedemptions(tx, order.checkoutId, 'consumed');
  }
  const wanted = picked.map(({ line, quantity }) => refundUnits(line, quantity));
  if (isWhole && !order.deliveryRefunded) {
    wanted.push(...refundDelivery(await loadDelivery(tx, order.id)));
    order.deliveryRefunded = true;
  }
  const { creditable, most } = await readRefundable(tx, order);
  const lines = cutDown(wanted, { creditable, most: Math.min(most, left) });
  return cancelPicked(deps, tx, { order, reason, picked, lines });
}

/** Cancels some units that were not sent; the order itself goes on. */
export async function prepareCancelUnits(
  deps: WorkerDeps,
  tx: Tx,
  { order, work, reason }: { order: Order; work: OrderWork['CANCEL_UNITS']; reason: string | null },
): Promise<Prepared> {
  const picked = pick(await loadLines(tx, order.id), work.lines, unsent);
  const wanted = picked.map(({ line, quantity }) => refundUnits(line, quantity));
  const lines = cutDown(wanted, await readRefundable(tx, order));
  return {
    event: { type: 'CANCEL_UNITS', units: unitsIn(picked), amount: amountOf(lines) },
    perform: () => cancelPicked(deps, tx, { order, reason, picked, lines }),
  };
}

async function cancelPicked(
  deps: WorkerDeps,
  tx: Tx,
  at: Cancelled & { picked: { line: OrderLine; quantity: number }[]; lines: RefundLine[] },
): Promise<CommandResult | undefined> {
  const { order, picked, lines, reason } = at;
  const units = picked.map(({ line, quantity }) => ({ line: line.line, quantity }));
  await countUnits(tx, order.id, { cancelled: units, refunded: units });
  await restock(tx, { cause: 'order', causeId: order.id }, goodsOf(picked));
  return giveBack(deps, tx, { order, lines, cause: 'cancellation', reason });
}
