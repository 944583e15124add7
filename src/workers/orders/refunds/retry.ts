import { askAgain } from '../../../entities/order/refunds/refund-retry.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../../jobs/orders.ts';
import { executeOperation } from '../../../jobs/payments.ts';
import type { WorkerDeps } from '../../deps.ts';
import type { LineRequest, Prepared } from '../prepared.ts';

/** A refund did not come about: once more, under a key of its own, up to what is still owed. */
export function prepareRetry(
  deps: WorkerDeps,
  tx: Tx,
  { order, work }: LineRequest<OrderWork['RETRY_REFUND']>,
): Prepared {
  const { refundId } = work;
  return {
    event: { type: 'RETRY_REFUND' },
    async perform() {
      const operationId = await askAgain(tx, { order, refundId });
      enqueue(tx, deps.queues, { contract: executeOperation, payload: { operationId } });
      return { refundId };
    },
  };
}
