import { creditByValue } from '../../../domain/orders/credit.ts';
import { leftOf, mergeRefundLines, without } from '../../../domain/orders/redistribute-refund.ts';
import type { RefundLine } from '../../../domain/orders/refundable.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { loadCreditable } from './credit.ts';
import type { OrderMoney } from './money.ts';

/**
 * The credit note lines for a refund that was made in the provider's dashboard, at most the refunded amount without a note.
 * Amounts of pending refunds are used last: if the provider has less money left, it refuses those refunds.
 */
export async function creditLines(
  tx: Tx,
  { orderId, amount, money }: { orderId: string; amount: number; money: OrderMoney },
): Promise<RefundLine[]> {
  const { lines, lasting } = await loadCreditable(tx, orderId);
  const unnoted = money.refunded + money.outside - money.noted;
  const credit = Math.max(0, Math.min(amount, unnoted, leftOf(lasting)));
  const first = creditByValue(Math.min(credit, leftOf(lines)), lines);
  const rest = credit - Math.min(credit, leftOf(lines));
  return rest === 0 ? first : mergeRefundLines([...first, ...creditByValue(rest, without(lasting, first))]);
}
