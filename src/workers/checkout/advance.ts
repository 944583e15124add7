import { CHECKOUT_TERMINAL_STATES } from '../../domain/states.ts';
import { Checkout } from '../../entities/checkout/checkout.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import {
  type CheckoutEvent,
  decide,
  fromStored,
  type StoredMachine,
  stateOf,
  toStored,
} from '../../machines/checkout.ts';
import type { WorkerDeps } from '../deps.ts';
import { ACTIONS } from './actions.ts';
import type { CheckoutRequest } from './pricing.ts';

/** Loads a checkout under its row lock. Every change of a checkout needs this lock. */
export const lockCheckout = (tx: Tx, checkoutId: string): Promise<Checkout | null> =>
  tx.lock(Checkout, { id: checkoutId });

/**
 * The only way to change a checkout's state. Sends the event to the machine, executes the actions, and sends their
 * results back to the machine until none is left; calls to other systems go to the queues. An event that the machine
 * does not allow changes nothing, and the history records it as refused.
 * @returns whether the event was accepted.
 */
export async function advance(
  deps: WorkerDeps,
  tx: Tx,
  at: { checkout: Checkout; event: CheckoutEvent; cause: string; request?: CheckoutRequest | undefined },
): Promise<boolean> {
  const { checkout, cause, request } = at;
  wakeAfterCommit(deps, tx, checkout);
  const initialState = checkout.state;
  let snapshot = fromStored(checkout.machine as StoredMachine | null);
  let isFirstAccepted: boolean | undefined;
  const processed: string[] = [];
  const events = [at.event];
  for (let event = events.shift(); event; event = events.shift()) {
    const from = checkout.state;
    const { next, accepted, actions } = decide(snapshot, event);
    isFirstAccepted ??= accepted;
    snapshot = next;
    processed.push(accepted ? event.type : `${event.type} refused`);
    // START only requests an action and keeps the state: the action's result gets the row in the history.
    if (event.type !== 'START' || !accepted) {
      const state = stateOf(next);
      const reason = accepted && CHECKOUT_TERMINAL_STATES.includes(state) ? reasonOf(event) : undefined;
      // A refused event changes `busy` only if a client waits for it: PAY and CANCEL are commands of clients.
      const updatesBusy = accepted || event.type === 'PAY' || event.type === 'CANCEL';
      const busy = updatesBusy ? next.hasTag('busy') : checkout.busy;
      const step = { event: event.type, accepted, state, busy, machine: toStored(next), cause };
      checkout.applyTransition(tx, { ...step, reason });
    }
    for (const action of actions) {
      const answer = await ACTIONS[action](deps, tx, { checkout, from, request });
      if (answer) events.push(answer);
    }
  }
  tx.afterCommit(() => {
    observe('checkout.advanced', {
      checkoutId: checkout.id,
      from: initialState,
      to: checkout.state,
      events: processed,
      reason: checkout.reason,
    });
  });
  return isFirstAccepted ?? false;
}

/** The checkouts whose clients are notified after the commit. Each transaction has entities of its own. */
const awaited = new WeakSet<Checkout>();

/** Notifies waiting clients once per transaction, before its other effects. */
function wakeAfterCommit(deps: WorkerDeps, tx: Tx, checkout: Checkout): void {
  if (awaited.has(checkout)) return;
  awaited.add(checkout);
  tx.afterCommit(() => deps.wake({ id: checkout.id, busy: checkout.busy }));
}

/** Why the checkout ended without an order. */
function reasonOf(event: CheckoutEvent): { code: string; details: Record<string, unknown> } | undefined {
  if ('reason' in event) return { code: event.reason, details: event.details ?? {} };
  if (event.type === 'EXPIRE') return { code: 'RESERVATION_EXPIRED', details: {} };
  if (event.type === 'CANCEL') return { code: 'CANCELLED_BY_CUSTOMER', details: {} };
  if (event.type === 'PAYMENT_CANCELED') return { code: 'PAYMENT_REFUSED', details: {} };
  if (event.type === 'PAYMENT_SUCCEEDED') return { code: 'PAYMENT_REFUSED', details: { paid: event.amount } };
  return undefined;
}
