import { cancelDueCreditNote, markCreditNoteDue } from '../../../entities/invoice/due.ts';
import { settleCredit } from '../../../entities/order/refunds/credit-lines.ts';
import { decideRefund } from '../../../entities/order/refunds/refund.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { observe } from '../../../infra/observability/log.ts';
import { issueDocuments } from '../../../jobs/invoices.ts';
import type { WorkerDeps } from '../../deps.ts';
import { announce } from '../../notifications/announce.ts';
import { sendEmail } from '../../notifications/order-emails.ts';
import { advanceOrder, lockOrder } from '../advance.ts';

/**
 * Records the result of an order's refund, under the checkout's lock. `failure`: why the refund failed, or null. The
 * order gets an event only when money moved: a refund that fails at once does not change the order.
 */
export async function endRefund(
  deps: WorkerDeps,
  tx: Tx,
  { refundId, failure, cause }: { refundId: string; failure: string | null; cause: string },
): Promise<void> {
  if (failure === null) await settleCredit(tx, refundId);
  const ended = await decideRefund(tx, { id: refundId, failure });
  if (!ended) return;
  const { orderId, amount, before, isOurs } = ended;
  const fields = { orderId, refundId, amount, failure };
  tx.afterCommit(() => observe(failure === null ? 'order.refund.succeeded' : 'order.refund.failed', fields));
  if (failure === null) {
    markCreditNoteDue(tx, { refundId, orderId });
    tx.afterCommit(() => deps.queues.nudge(issueDocuments));
    if (isOurs) sendEmail(deps, tx, { letter: 'refund-made', id: refundId });
  } else cancelDueCreditNote(tx, refundId);
  const type = failure === null ? 'refund.succeeded' : 'refund.failed';
  await announce(deps, tx, { type, data: { orderId, refundId, amount, failure } });
  if (failure !== null && before !== 'succeeded') return;
  const order = await lockOrder(tx, orderId);
  if (!order) return;
  const event = { type: failure === null ? 'MONEY_RETURNED' : 'MONEY_KEPT', amount } as const;
  await advanceOrder(deps, tx, { order, event, actor: 'provider', reason: failure, cause });
}
