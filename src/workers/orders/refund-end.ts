import { creditNoteDue, creditNoteNotDue } from '../../entities/invoices/due.ts';
import { settleCredit } from '../../entities/orders/credit-lines.ts';
import { decideRefund } from '../../entities/orders/refund.ts';
import { observe } from '../../infra/log.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import { issueDocuments } from '../../jobs/invoices.ts';
import { announce } from '../announce.ts';
import type { WorkerDeps } from '../deps.ts';
import { tell } from '../purchase-mail.ts';
import { advanceOrder, lockOrder } from './advance.ts';

/**
 * A refund of an order came to an end, under the checkout's lock: `failure` says why the money is still with us. The order
 * hears of it when money has moved; a refund that never left us changes nothing in it.
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
  observe(failure === null ? 'order.refund.succeeded' : 'order.refund.failed', { orderId, refundId, amount, failure });
  if (failure === null) {
    creditNoteDue(tx, { refundId, orderId });
    tx.afterCommit(() => deps.queues.nudge(issueDocuments));
    if (isOurs) tell(deps, tx, { letter: 'refund-made', id: refundId });
  } else creditNoteNotDue(tx, refundId);
  const news = failure === null ? 'refund.succeeded' : 'refund.failed';
  await announce(deps, tx, { type: news, data: { orderId, refundId, amount, failure } });
  if (failure !== null && before !== 'succeeded') return;
  const order = await lockOrder(tx, orderId);
  if (!order) return;
  const event = { type: failure === null ? 'MONEY_RETURNED' : 'MONEY_KEPT', amount } as const;
  await advanceOrder(deps, tx, { order, event, actor: 'provider', reason: failure, cause });
}
