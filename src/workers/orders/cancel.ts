import { refundDelivery, refundUnits } from '../../domain/orders/refundable.ts';
import type { Order } from '../../entities/order.ts';
import type { CommandResult } from '../../entities/orders/command.ts';
import {
  countUnits,
  goodsOf,
  loadDelivery,
  loadLines,
  type OrderLine,
  pick,
  unitsIn,
  unsent,
} from '../../entities/orders/lines.ts';
import { releaseRedemptions } from '../../entities/pricing/redemption.ts';
import { restock } from '../../entities/stock.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { OrderWork } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { tell } from '../purchase-mail.ts';
import type { Prepared } from './prepared.ts';
import { giveBack } from './refund.ts';

interface Cancelled {
  order: Order;
  /** Paise that may still be refunded. */
  left: number;
  reason: string | null;
}

/**
 * Everything that was not sent will not be: it goes back on the shelf, its money goes back, and so do the uses of the
 * discounts. What the delivery cost goes back when nothing was delivered.
 * @returns the refund
 */
export async function cancelRest(deps: WorkerDeps, tx: Tx, cancelled: Cancelled): Promise<CommandResult | undefined> {
  const { order } = cancelled;
  const lines = await loadLines(tx, order.id);
  const picked = lines.map((line) => ({ line, quantity: unsent(line) })).filter(({ quantity }) => quantity > 0);
  const isWhole = lines.every(({ shipped }) => shipped === 0);
  if (isWhole) {
    tell(deps, tx, { letter: 'order-cancelled', id: order.id });
    await releaseRedemptions(tx, order.checkoutId, 'consumed');
  }
  return cancelPicked(deps, tx, { ...cancelled, picked, withDelivery: isWhole && !order.deliveryRefunded });
}

/** Cancels some units that were not sent; the order itself goes on. */
export async function prepareCancelUnits(
  deps: WorkerDeps,
  tx: Tx,
  { order, work, reason }: { order: Order; work: OrderWork['CANCEL_UNITS']; reason: string | null },
): Promise<Prepared> {
  const picked = pick(await loadLines(tx, order.id), work.lines, unsent);
  const amount = picked.reduce((sum, { line, quantity }) => sum + refundUnits(line, quantity).amount, 0);
  return {
    event: { type: 'CANCEL_UNITS', units: unitsIn(picked), amount },
    perform: (left) => cancelPicked(deps, tx, { order, left, reason, picked, withDelivery: false }),
  };
}

async function cancelPicked(
  deps: WorkerDeps,
  tx: Tx,
  at: Cancelled & { picked: { line: OrderLine; quantity: number }[]; withDelivery: boolean },
): Promise<CommandResult | undefined> {
  const { order, picked, withDelivery, left, reason } = at;
  const refunds = picked.map(({ line, quantity }) => refundUnits(line, quantity));
  if (withDelivery) {
    refunds.push(...refundDelivery(await loadDelivery(tx, order.id)));
    order.deliveryRefunded = true;
  }
  const units = picked.map(({ line, quantity }) => ({ line: line.line, quantity }));
  await countUnits(tx, order.id, { cancelled: units, refunded: units });
  await restock(tx, { cause: 'order', causeId: order.id }, goodsOf(picked));
  return giveBack(deps, tx, { order, lines: refunds, left, cause: 'cancellation', reason });
}
