import { acknowledge } from '../../entities/outbox/outbox.ts';
import { abandonAttempts } from '../../entities/payment/attempt.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { done, handler, noop } from '../../infra/queue/handler.ts';
import { advanceCheckout } from '../../jobs/checkout.ts';
import type { WorkerDeps } from '../deps.ts';
import { advance, lockCheckout } from './advance.ts';
import { loadRequest } from './pricing.ts';

/** Executes the commands of clients: start, pay again, cancel. */
export const checkoutHandlers = (deps: WorkerDeps) => [
  handler(advanceCheckout, ({ checkoutId, event }, { commandId }) =>
    groupedWork(deps.db, { name: advanceCheckout.name, key: checkoutId }, async (tx) => {
      // Sent together, and run in this order.
      const [isOurs, checkout, request] = await Promise.all([
        acknowledge(tx, commandId),
        lockCheckout(tx, checkoutId),
        event === 'START' ? loadRequest(tx, checkoutId) : undefined,
      ]);
      if (!isOurs || !checkout) return noop(checkout ? 'done before' : 'no such checkout');
      const accepted = await advance(deps, tx, { checkout, event: { type: event }, cause: commandId, request });
      if (!accepted && event === 'PAY') await abandonAttempts(tx, checkoutId);
      return accepted ? done : noop(`${event} is not allowed in ${checkout.state}`);
    }),
  ),
];
