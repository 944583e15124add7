import { leftOf, redistributeRefund } from '../../../domain/orders/redistribute-refund.ts';
import type { RefundLine } from '../../../domain/orders/refundable.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { HAS_NOTE, loadCreditable } from './credit.ts';

const COLUMNS = 'refund_id, order_id, line, share, quantity, amount, taxable, cgst, sgst, igst';

/** Replaces the lines of a refund's credit note immediately, because later reads in this transaction depend on them. */
export async function writeCreditLines(
  tx: Tx,
  { refundId, orderId, lines }: { refundId: string; orderId: string; lines: readonly RefundLine[] },
): Promise<void> {
  const rows = lines.map((line) => ({ refund_id: refundId, order_id: orderId, ...line }));
  await tx.query(`delete from refund_lines where refund_id = $1`, [refundId]);
  await tx.query(
    `with credited as (update refunds set credited = $3 where id = $1)
      insert into refund_lines (${COLUMNS}) select ${COLUMNS} from jsonb_populate_recordset(null::refund_lines, $2::jsonb)`,
    [refundId, JSON.stringify(rows), rows.reduce((sum, { amount }) => sum + amount, 0)],
  );
}

/** SQL for the lines of the refund `r` as JSON. */
export const LINES = `(select coalesce(json_agg(to_jsonb(l) - 'refund_id' - 'order_id' order by line, share), '[]')
  from refund_lines l where refund_id = r.id)`;

/**
 * Reduces the lines of a succeeded refund to what is left of the invoice, under the checkout's lock. They can exceed it if
 * the provider's dashboard refunded part of the same money while the refund was pending.
 */
export async function settleCredit(tx: Tx, refundId: string): Promise<void> {
  const [refund] = await tx.query<{ orderId: string; amount: number; lines: RefundLine[] }>(
    `select r.order_id as "orderId", r.amount, ${LINES} as lines from refunds r
      where r.id = $1 and r.state = 'pending' and not ${HAS_NOTE}`,
    [refundId],
  );
  if (!refund || refund.lines.length === 0) return;
  const { orderId } = refund;
  const { lasting } = await loadCreditable(tx, orderId);
  // Refunds outside the provider and in the dashboard can add up to more than was paid; a credit note never does.
  const amount = Math.min(refund.amount, leftOf(lasting));
  const lines = redistributeRefund(refund.lines, { amount, creditable: lasting });
  if (lines !== refund.lines) await writeCreditLines(tx, { refundId, orderId, lines });
}
