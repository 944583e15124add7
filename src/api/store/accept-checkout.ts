import type { Tx } from '../../infra/unit-of-work.ts';
import { type Accepted, accept } from '../accept.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIn } from '../ownership.ts';
import type { Answer, Call } from '../route.ts';
import { readCheckout } from '../views/checkout.ts';

interface CheckoutCommand<P> extends Pick<Accepted<P>, 'body' | 'command'> {
  checkout: { id: string };
}

/** Accepts a command about a checkout; whoever waits gets the checkout when it has got somewhere. */
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
    read: (id) => readCheckout(deps.db.query, { id, customerId: customerIn(call) }),
  });
