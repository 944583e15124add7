import { Refund } from '../../../entities/order/refunds/refund.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../../jobs/orders.ts';
import type { WorkerDeps } from '../../deps.ts';
import { enqueueOperation } from '../../payments/enqueue-operation.ts';
import type { ParsedCommand, Prepared } from '../parsed-command.ts';

/** Requests a failed refund again, with a new idempotency key and at most the amount that is still owed. */
export function prepareRetry(
  deps: WorkerDeps,
  tx: Tx,
  { id, order, work }: ParsedCommand<OrderWork['RETRY_REFUND']>,
): Prepared {
  const { refundId } = work;
  return {
    event: { type: 'RETRY_REFUND' },
    async perform() {
      const refund = await Refund.loadFailed(tx, { refundId, orderId: order.id });
      const operationId = await refund.retry(tx, order, id);
      enqueueOperation(deps, tx, { id: operationId });
      return { refundId };
    },
  };
}
