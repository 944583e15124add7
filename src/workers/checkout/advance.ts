import { CHECKOUT_WAYS_OUT } from '../../domain/states.ts';
import { Checkout } from '../../entities/checkout/checkout.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { type CheckoutEvent, decide, restore, type StoredMachine, stateOf, store } from '../../machines/checkout.ts';
import type { WorkerDeps } from '../deps.ts';
import { ACTIONS } from './actions.ts';

/** Loads a checkout under its row lock, which every change of it needs. */
export const lockCheckout = (tx: Tx, checkoutId: string): Promise<Checkout | null> =>
  tx.lock(Checkout, { id: checkoutId });

/**
 * The single door into a checkout's machine. Feeds it an event, does what it asks for, and feeds it what came of that,
 * until nothing more can be done in this transaction; what needs the outside world goes to the queues.
 * An event that the machine does not allow changes nothing and is written into the history as refused.
 * @returns whether the event was accepted.
 */
export async function advance(
  deps: WorkerDeps,
  tx: Tx,
  at: { checkout: Checkout; event: CheckoutEvent; cause: string },
): Promise<boolean> {
  const { checkout, cause } = at;
  const started = checkout.state;
  let snapshot = restore(checkout.machine as StoredMachine | null);
  let isFirstAccepted: boolean | undefined;
  const taken: string[] = [];
  const events = [at.event];
  for (let event = events.shift(); event; event = events.shift()) {
    const from = checkout.state;
    const { next, accepted, actions } = decide(snapshot, event);
    isFirstAccepted ??= accepted;
    snapshot = next;
    taken.push(accepted ? event.type : `${event.type} refused`);
    // START only asks for work in the same state: its result is the step that is worth a row.
    if (event.type !== 'START' || !accepted) {
      const state = stateOf(next);
      const reason = accepted && CHECKOUT_WAYS_OUT.includes(state) ? reasonOf(event) : undefined;
      // What was refused says nothing about the command that a client waits for, unless it is that command.
      const isTold = accepted || event.type === 'PAY' || event.type === 'CANCEL';
      const busy = isTold ? next.hasTag('busy') : checkout.busy;
      const step = { event: event.type, accepted, state, busy, machine: store(next), cause };
      checkout.follow(tx, { ...step, reason });
    }
    for (const action of actions) {
      const answer = await ACTIONS[action](deps, tx, { checkout, from });
      if (answer) events.push(answer);
    }
  }
  tx.afterCommit(() => {
    observe('checkout.advanced', { checkoutId: checkout.id, from: started, to: checkout.state, events: taken });
    deps.wake({ id: checkout.id, busy: checkout.busy });
  });
  return isFirstAccepted ?? false;
}

/** Why a way out was taken. */
function reasonOf(event: CheckoutEvent): { code: string; details: Record<string, unknown> } | undefined {
  if ('reason' in event) return { code: event.reason, details: event.details ?? {} };
  if (event.type === 'EXPIRE') return { code: 'RESERVATION_EXPIRED', details: {} };
  if (event.type === 'CANCEL') return { code: 'CANCELLED_BY_CUSTOMER', details: {} };
  if (event.type === 'PAYMENT_CANCELED') return { code: 'PAYMENT_REFUSED', details: {} };
  if (event.type === 'PAYMENT_SUCCEEDED') return { code: 'PAYMENT_REFUSED', details: { paid: event.amount } };
  return undefined;
}
