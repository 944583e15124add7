import { refused } from '../../../domain/errors.ts';
import { creditByValue } from '../../../domain/orders/credit.ts';
import type { CreditableLine } from '../../../domain/orders/credit-tax.ts';
import { leftOf } from '../../../domain/orders/redistribute-refund.ts';
import type { RefundLine } from '../../../domain/orders/refundable.ts';
import type { Order } from '../../../entities/order/order.ts';
import { loadCreditable } from '../../../entities/order/refunds/credit.ts';
import { loadMoney } from '../../../entities/order/refunds/money.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { orderFromStored, refundableAmount, type StoredOrder } from '../../../machines/order.ts';

/** The refundable rest of an order: of each invoice line, and at most `most` paise in total. */
interface Refundable {
  creditable: CreditableLine[];
  most: number;
}

/** Reads the refundable rest of an order, under its lock. */
export async function readRefundable(tx: Tx, order: Order): Promise<Refundable> {
  const { lines } = await loadCreditable(tx, order.id);
  const { captured, asked } = await loadMoney(tx, order.checkoutId);
  const ofMachine = refundableAmount(orderFromStored(order.machine as StoredOrder));
  const most = Math.min(captured - asked, ofMachine, leftOf(lines));
  return { creditable: lines, most: Math.max(0, most) };
}

/** The lines of a refund by value. `requested` is in paise. @throws REFUND_EXCEEDS_PAYMENT */
export async function linesByValue(tx: Tx, order: Order, requested: number): Promise<RefundLine[]> {
  const { creditable, most } = await readRefundable(tx, order);
  if (requested > most) throw refused('REFUND_EXCEEDS_PAYMENT', { orderId: order.id, requested, available: most });
  return creditByValue(requested, creditable);
}
