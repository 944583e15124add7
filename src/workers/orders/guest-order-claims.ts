import { claimOrders } from '../../entities/order/guest-order-claim.ts';
import { acknowledge, enqueue } from '../../entities/outbox/outbox.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { done, handler, noop } from '../../infra/queue/handler.ts';
import { claimGuestOrders } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { announce } from '../notifications/announce.ts';

/** Adds the guest orders with a verified address to its account, one batch per transaction. */
export const claimHandler = (deps: Pick<WorkerDeps, 'db' | 'vault' | 'queues'>) =>
  handler(claimGuestOrders, ({ accountId, after = null }, { commandId }) =>
    unitOfWork(deps.db, claimGuestOrders.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      const { claimed, next } = await claimOrders(tx, deps.vault, { accountId, after, cause: commandId });
      for (const orderId of claimed) {
        await announce(deps, tx, { type: 'order.claimed', data: { orderId, customerId: accountId } });
      }
      if (next) enqueue(tx, deps.queues, { contract: claimGuestOrders, payload: { accountId, after: next } });
      return claimed.length > 0 ? done : noop('no order joins the account');
    }),
  );
