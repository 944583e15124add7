import { cancelDueCreditNote } from '../../../entities/invoice/due.ts';
import { Refund } from '../../../entities/order/refunds/refund.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { observe } from '../../../infra/observability/log.ts';
import type { WorkerDeps } from '../../deps.ts';
import { requestCreditNote } from '../../invoices/request-document.ts';
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
  const [refund] = await tx.find(Refund, { id: refundId });
  if (!refund) return;
  const { orderId, amount, state: before } = refund;
  const isNew = failure === null ? await refund.succeed(tx) : refund.fail(failure, tx.now);
  if (!isNew) return;
  // The credit note and the next step of the order read the refund and its lines.
  await tx.write();
  const fields = { orderId, refundId, amount, failure };
  tx.afterCommit(() => observe(failure === null ? 'order.refund.succeeded' : 'order.refund.failed', fields));
  if (failure === null) {
    if (orderId) requestCreditNote(deps, tx, { refundId, orderId });
    if (refund.cause !== 'provider') sendEmail(deps, tx, { letter: 'refund-made', id: refundId });
  } else cancelDueCreditNote(tx, refundId);
  const type = failure === null ? 'refund.succeeded' : 'refund.failed';
  await announce(deps, tx, { type, data: { orderId, refundId, amount, failure } });
  if (failure !== null && before !== 'succeeded') return;
  const order = orderId && (await lockOrder(tx, orderId));
  if (!order) return;
  const event = { type: failure === null ? 'MONEY_RETURNED' : 'MONEY_KEPT', amount } as const;
  await advanceOrder(deps, tx, { order, event, actor: 'provider', reason: failure, cause });
}
