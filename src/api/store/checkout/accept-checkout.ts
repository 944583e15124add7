import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { customerIdOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Answer, Call } from '../../http/route.ts';
import { type Accepted, accept } from '../../writes/accept.ts';
import { readCheckout } from './checkout-view.ts';

interface CheckoutCommand<P> extends Pick<Accepted<P>, 'body' | 'command'> {
  checkout: { id: string };
}

/** Accepts a command for a checkout. With `Prefer: wait=N` the response waits until the checkout is idle. */
export const acceptCheckout = <P extends object>(
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  change: { name: string; scope: string; groupKey?: string; work(tx: Tx): Promise<CheckoutCommand<P>> },
): Promise<Answer> =>
  accept<P>(deps, call, {
    ...change,
    async work(tx) {
      const { checkout, ...accepted } = await change.work(tx);
      return { id: checkout.id, location: `/api/v1/store/checkout/${checkout.id}`, ...accepted };
    },
    read: (id) => readCheckout(deps.db.query, { id, customerId: customerIdOf(call) }),
  });
