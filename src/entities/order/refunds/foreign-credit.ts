import { creditByValue } from '../../../domain/orders/credit.ts';
import type { RefundLine } from '../../../domain/orders/refundable.ts';
import { addUp, leftOf, without } from '../../../domain/orders/respread.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { loadCreditable } from './credit.ts';
import type { Money } from './money.ts';

/**
 * The lines of the credit note for money that went back in the dashboard: never more than what went back without a note.
 * Lines of refunds that are under way are taken last: when the provider has less than they ask for, it refuses them.
 */
export async function creditLines(
  tx: Tx,
  { orderId, amount, money }: { orderId: string; amount: number; money: Money },
): Promise<RefundLine[]> {
  const { lines, lasting } = await loadCreditable(tx, orderId);
  const unnoted = money.refunded + money.outside - money.noted;
  const credit = Math.max(0, Math.min(amount, unnoted, leftOf(lasting)));
  const first = creditByValue(Math.min(credit, leftOf(lines)), lines);
  const rest = credit - Math.min(credit, leftOf(lines));
  return rest === 0 ? first : addUp([...first, ...creditByValue(rest, without(lasting, first))]);
}
