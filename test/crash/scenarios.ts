import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { preparePartitions } from '../../src/jobs/reconciliation.ts';
import { only, putDiscount } from '../support/offers.ts';
import type { Checkout } from '../support/shop.ts';
import { setFaults } from '../support/simulator.ts';
import type { CrashHarness } from './crash-harness.ts';
import { type Customer, patientCustomer } from './patient.ts';

/** A purchase in two parts, so that a case can choose in which of them the process is killed. */
export interface Scenario {
  name: string;
  /** What happens before the failpoint is armed. */
  prepare(at: At): Promise<Checkout | undefined>;
  /** What the customer, the provider or the clock does then; answers the checkout when it is where it ends. */
  act(at: At, prepared: Checkout | undefined): Promise<Checkout>;
  /** How it has to end. */
  ends: 'sold' | 'free' | 'refunded' | 'called off';
}

export interface At {
  harness: CrashHarness;
  customer: Customer;
  variantId: string;
}

export const PRICE = 49_900;
const OFF = 5_000;
export const STOCK = 3;
/** The cases have deadlines of their own; this only ends a wait for what never comes. */
export const PATIENCE_MS = 25_000;

/** Goods of which the price is reached by a discount of limited uses and of a first order, so that every case has both to hold. */
export async function beginAt(harness: CrashHarness): Promise<At> {
  const variantId = await harness.books.stock({ stock: STOCK, price: PRICE + OFF });
  const offer = { kind: 'fixed-amount', amount: OFF, per: 'order' } as const;
  await putDiscount(harness.books.query, { include: only(variantId), offer, maxUses: STOCK, firstOrderOnly: true });
  return { harness, customer: patientCustomer(harness.shop), variantId };
}

const line = ({ variantId }: At) => ({ variantId, quantity: 1 });

async function submit(at: At, method?: string): Promise<Checkout> {
  return at.customer.checkout(await at.customer.cart([line(at)]), method);
}

const rested = async (at: At, method?: string): Promise<Checkout> =>
  at.harness.shop.rested(await submit(at, method), PATIENCE_MS);

const settled = ({ harness }: At, checkout: Checkout): Promise<Checkout> => harness.shop.settled(checkout, PATIENCE_MS);

const reached = ({ harness }: At, checkout: Checkout, state: Checkout['state']): Promise<Checkout> =>
  harness.shop.reached(checkout, state, PATIENCE_MS);

/** As the provider's form in the browser does it. */
export async function payAtProvider({ harness }: Pick<At, 'harness'>, { payment }: Checkout): Promise<void> {
  const body = new URLSearchParams({ client_secret: payment?.clientSecret ?? '', payment_method: 'pm_card_visa' });
  const path = `/v1/payment_intents/${payment?.intentId}/confirm`;
  const answer = await fetch(`${harness.simulator}${path}`, { method: 'POST', body });
  expect(answer.status, await answer.text()).to.equal(200);
}

const asPrepared = (prepared: Checkout | undefined): Checkout => {
  if (!prepared) throw new Error('this scenario prepares a checkout');
  return prepared;
};

const nothing = async (): Promise<undefined> => undefined;

export const byCard: Scenario = {
  name: 'card',
  ends: 'sold',
  prepare: nothing,
  act: async (at) => settled(at, await submit(at, 'pm_card_visa')),
};

export const whilePartitionsAreMade: Scenario = {
  ...byCard,
  name: 'card, while partitions are made',
  act: async (at, prepared) => {
    const { queue, name } = preparePartitions;
    const partitions = new Queue(queue, { connection: { url: at.harness.redis.url }, prefix: queuePrefix(queue) });
    await partitions.add(name, {}, { removeOnComplete: true });
    await partitions.close();
    return byCard.act(at, prepared);
  },
};

export const lineByLine: Scenario = {
  name: 'cart filled line by line',
  ends: 'sold',
  prepare: nothing,
  act: async (at) => {
    const cart = await at.customer.add(await at.customer.cart([]), line(at));
    expect(cart.items).to.have.length(1);
    return settled(at, await at.customer.checkout(cart, 'pm_card_visa'));
  },
};

export const declinedThenPaid: Scenario = {
  name: 'declined, then paid',
  ends: 'sold',
  prepare: nothing,
  act: async (at) => {
    const declined = await rested(at, 'pm_card_chargeDeclined');
    expect(declined.payment).to.include({ status: 'requires_method', declineCode: 'generic_decline' });
    return settled(at, await at.customer.pay(declined, 'pm_card_visa'));
  },
};

export const paidAfterDecline: Scenario = {
  name: 'declined before, paid now',
  ends: 'sold',
  prepare: (at) => rested(at, 'pm_card_chargeDeclined'),
  act: async (at, declined) => settled(at, await at.customer.pay(asPrepared(declined), 'pm_card_visa')),
};

export const cancelled: Scenario = {
  name: 'cancelled',
  ends: 'free',
  prepare: (at) => rested(at),
  act: async (at, waiting) => reached(at, await at.customer.cancel(asPrepared(waiting)), 'CANCELLED'),
};

export const expired: Scenario = {
  name: 'expired',
  ends: 'free',
  prepare: (at) => rested(at),
  act: async (at, waiting) => {
    const past = `update checkouts set expires_at = now() - interval '1 s' where id = $1`;
    await at.harness.books.query(past, [waiting?.id]);
    return reached(at, asPrepared(waiting), 'EXPIRED');
  },
};

export const byWebhook: Scenario = {
  name: 'paid at the provider',
  ends: 'sold',
  prepare: (at) => rested(at),
  act: async (at, waiting) => {
    await payAtProvider(at, asPrepared(waiting));
    return settled(at, asPrepared(waiting));
  },
};

export const unheard: Scenario = {
  name: 'paid, webhook lost',
  ends: 'sold',
  prepare: async (at) => {
    const waiting = await rested(at);
    await setFaults(at.harness.simulator, { webhookDropRate: 1 });
    await payAtProvider(at, waiting);
    return waiting;
  },
  act: async (at, waiting) => {
    const longAgo = `update payments set updated_at = now() - interval '1 min' where checkout_id = $1`;
    await at.harness.books.query(longAgo, [waiting?.id]);
    return settled(at, asPrepared(waiting));
  },
};

export const paidButCancelled: Scenario = {
  name: 'cancelled although paid',
  ends: 'sold',
  prepare: unheard.prepare,
  act: async (at, waiting) => reached(at, await at.customer.cancel(asPrepared(waiting)), 'COMPLETED'),
};

export const paidTooLate: Scenario = {
  name: 'paid late, goods gone',
  ends: 'refunded',
  prepare: async (at) => {
    const { harness, variantId } = at;
    const waiting = await rested(at);
    await harness.books.query(`update reservations set expires_at = now() - interval '1 s' where checkout_id = $1`, [
      waiting.id,
    ]);
    // Somebody without an order so far: the cart shows the discount of a first order.
    const sold = await harness.shop.buy([{ variantId, quantity: STOCK }], { email: `${randomUUID()}@example.com` });
    expect(sold.state).to.equal('COMPLETED');
    return waiting;
  },
  act: async (at, waiting) => {
    await payAtProvider(at, asPrepared(waiting));
    const failed = await settled(at, asPrepared(waiting));
    expect(failed.reason).to.equal('PAID_BUT_OUT_OF_STOCK');
    return failed;
  },
};
