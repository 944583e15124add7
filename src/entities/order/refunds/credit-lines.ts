import type { RefundLine } from '../../../domain/orders/refundable.ts';
import { leftOf, respread } from '../../../domain/orders/respread.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { HAS_NOTE, loadCreditable } from './credit.ts';

const COLUMNS = 'refund_id, order_id, line, share, quantity, amount, taxable, cgst, sgst, igst';

/** Writes the lines of a refund's credit note at once: others in this transaction may read what is left after them. */
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

/** The lines of a refund, as JSON, with `r` for its row. */
export const LINES = `(select coalesce(json_agg(to_jsonb(l) - 'refund_id' - 'order_id' order by line, share), '[]')
  from refund_lines l where refund_id = r.id)`;

/**
 * A refund of ours is done, under the checkout's lock: its lines are to fit into what is left of the invoice. They may
 * not when the dashboard refunded some of the same money while the refund was under way, and the provider had enough for both.
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
  // Money that went back outside the provider and in the dashboard as well may be more than was paid: no note says that.
  const amount = Math.min(refund.amount, leftOf(lasting));
  const lines = respread(refund.lines, { amount, creditable: lasting });
  if (lines !== refund.lines) await writeCreditLines(tx, { refundId, orderId, lines });
}
