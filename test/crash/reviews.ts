import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { DEFAULT_POLICY } from '../../src/domain/reviews/policy.ts';
import { REVIEW_INVARIANTS } from '../../src/entities/invariants/reviews.ts';
import { goodsOf } from '../support/reviewers.ts';
import type { Answer, Checkout } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import type { CrashHarness } from './crash-harness.ts';
import { openStaff, persistently, signInStaff } from './people.ts';
import { type At, byCard, PATIENCE_MS, type Scenario } from './scenarios.ts';

interface People {
  author: string;
  voter: string;
  staff: string;
}

const known = new WeakMap<Checkout, People>();

/** Somebody reviews what they bought, writes it anew, others think something of it, staff decide, try and count: each once. */
export const reviewed: Scenario = {
  name: 'card, and a review',
  ends: 'sold',
  prepare: async (at) => {
    await openStaff(at.harness);
    const bought = await byCard.act(at, undefined);
    const [author, voter] = [await register(at.harness), await register(at.harness)];
    const staff = (await signInStaff(at.harness)).accessToken;
    await deliver(at.harness, { bought, customerId: author.id, staff });
    known.set(bought, { author: author.accessToken, voter: voter.accessToken, staff });
    return bought;
  },
  act: async (at, bought) => {
    const people = bought && known.get(bought);
    if (!people) throw new Error('this scenario prepares an order');
    const id = await write(at, people);
    await decide(at.harness, { id, ...people });
    await count(at.harness, people);
    await waitFor('no invariant of reviews is broken', () => isInOrder(at.harness, id), PATIENCE_MS);
    // It is the customer's now: the token of the cart opens it no more.
    return { ...bought, cartToken: '', accessToken: people.author };
  },
};

async function register({ shop }: CrashHarness): Promise<{ id: string; accessToken: string }> {
  const body = { email: `crash-${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Asha Rao' };
  const told = await shop.ask<{ customer: { id: string }; accessToken: string }>('POST', '/account/register', { body });
  return { id: told.body.customer.id, accessToken: told.body.accessToken };
}

/** The order becomes the customer's, and arrives. */
async function deliver(
  { shop, books }: CrashHarness,
  { bought, customerId, staff }: { bought: Checkout; customerId: string; staff: string },
): Promise<void> {
  const owned = [`carts set customer_id = $1 where id = $2`, `checkouts set customer_id = $1 where cart_id = $2`];
  for (const sql of owned) await books.query(`update ${sql}`, [customerId, bought.cartId]);
  await books.query(`update orders set customer_id = $1 where id = $2`, [customerId, bought.orderId]);
  const order = `/../admin/orders/${bought.orderId}`;
  const tell = (path: string, body: object) =>
    shop.ask('POST', `${order}/${path}`, { accessToken: staff, body, headers: { prefer: 'wait=20' } });
  await tell('transitions', { command: 'PROCESS' });
  await tell('shipments', {});
  const { body } = await shop.ask<{ shipments: { id: string }[] }>('GET', order, { accessToken: staff });
  await tell(`shipments/${body.shipments[0]?.id}/delivery`, {});
}

/** Asks until there is an answer, always under one key. */
function once<T>(
  { shop }: CrashHarness,
  { method = 'POST', path, ...request }: { method?: string; path: string; accessToken: string; body?: object },
): Promise<Answer<T>> {
  const headers = { 'idempotency-key': randomUUID() };
  return persistently(`${method} ${path}`, () => shop.ask<T>(method, path, { ...request, headers }));
}

/** Writes a review and writes it anew; another finds it helpful. @returns its id */
async function write({ harness, variantId }: At, { author, voter }: People): Promise<string> {
  const { productId } = await goodsOf(harness.books.query, variantId);
  // Copies of what others wrote would be held, or rejected.
  // Letters that spell nothing rude by chance, as `bc` would.
  const own = randomUUID().replace(/./g, (sign) => 'ghjklnqrtvwxzhjk'[Number.parseInt(sign, 16)] ?? '');
  const words = { variantId, rating: 5, title: 'Fine', body: `Fits well, ${own}.` };
  const path = `/products/${productId}/reviews`;
  const { status, body } = await once<{ id: string }>(harness, { path, accessToken: author, body: words });
  expect(status, JSON.stringify(body)).to.equal(202);
  await settled(harness, body.id, 'approved');
  const vote = await once<{ helpful: number }>(harness, {
    method: 'PUT',
    path: `/reviews/${body.id}/helpful`,
    accessToken: voter,
  });
  expect(vote.body.helpful).to.equal(1);
  const held = { rating: 4, body: `Write to ${own}@example.com about the seams.` };
  await once(harness, { method: 'PATCH', path: `/account/reviews/${body.id}`, accessToken: author, body: held });
  await settled(harness, body.id, 'held');
  return body.id;
}

const settled = ({ books }: CrashHarness, id: string, state: string) =>
  waitFor(
    `the review is ${state}`,
    async () => (await books.query(`select 1 from reviews where id = $1 and state = $2`, [id, state])).length > 0,
    PATIENCE_MS,
  );

async function decide(harness: CrashHarness, { id, staff }: { id: string; staff: string }): Promise<void> {
  const claimed = await once(harness, { path: `/../admin/reviews/${id}/claim`, accessToken: staff });
  expect(claimed.status).to.equal(200);
  const body = { decision: 'approve', reason: 'It is their own address' };
  const decided = await once(harness, { path: `/../admin/reviews/${id}/decide`, accessToken: staff, body });
  expect(decided.status, JSON.stringify(decided.body)).to.equal(200);
}

async function count(harness: CrashHarness, { staff }: People): Promise<void> {
  const recount = await once(harness, { path: '/../admin/reviews/statistics/recount', accessToken: staff });
  expect(recount.status).to.equal(204);
  const body = { policy: DEFAULT_POLICY, since: new Date(0).toISOString() };
  const trial = await once<{ id: string }>(harness, {
    path: '/../admin/reviews/policy/trials',
    accessToken: staff,
    body,
  });
  const isDone = `select 1 from review_trials where id = $1 and state = 'done'`;
  await waitFor(
    'the trial is done',
    async () => (await harness.books.query(isDone, [trial.body.id])).length > 0,
    PATIENCE_MS,
  );
  const isCounted = `select 1 from outbox where queue = 'reviews'`;
  await waitFor('all is counted', async () => (await harness.books.query(isCounted)).length === 0, PATIENCE_MS);
}

async function isInOrder({ books }: CrashHarness, id: string): Promise<boolean> {
  const broken = await Promise.all(REVIEW_INVARIANTS.map(({ sql }) => books.query(sql)));
  const history = await books.query<{ event: string }>(
    `select event from review_history where review_id = $1 order by seq`,
    [id],
  );
  expect(history.map(({ event }) => event)).to.deep.equal(['SUBMIT', 'JUDGE', 'EDIT', 'JUDGE', 'DECIDE']);
  return broken.every((rows) => rows.length === 0);
}
