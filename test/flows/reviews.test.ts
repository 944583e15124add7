import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { DEFAULT_POLICY } from '../../src/domain/reviews/policy.ts';
import {
  type Goods,
  goodsOf,
  type Own,
  openReviewer,
  type Published,
  plantDeliveries,
  type Reviewer,
} from '../support/reviewers.ts';
import type { Failed } from '../support/shop.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const ADMIN = '/../admin/reviews';
const RUDE = { title: 'Never again', body: 'What a load of bullshit, you idiots.' };
const MAIL = { title: 'Ask me', body: 'Write to somebody@example.com and I tell you more about the seams.' };

describe('a review', () => {
  let flow: Flow;
  let staff: StaffClient;
  let goods: Goods;
  let asha: Reviewer;
  let ravi: Reviewer;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
    [asha, ravi] = [await openReviewer(flow.stack.url), await openReviewer(flow.stack.url)];
  });
  beforeEach(async () => {
    goods = await goodsOf(flow.books.query, await flow.books.stock({ stock: 9, price: 20_000 }));
    await plantDeliveries(flow.books.query, { customerIds: [asha.id, ravi.id], variantIds: [goods.variantId] });
  });

  const published = async (query = '') =>
    (await flow.shop.ask<Published>('GET', `/products/${goods.productId}/reviews${query}`)).body;
  const codeOf = ({ body }: { body: unknown }) => (body as Failed).error.code;

  it('of a bought and delivered variant is judged at once and shown with name, statistics and rating', async () => {
    const { status, body } = await asha.review(goods);
    expect([status, body.state, body.isVerified]).to.deep.equal([200, 'approved', true]);
    const page = await published();
    expect(page.data[0]).to.include({ id: body.id, rating: 5, author: 'Lakshmi I.', helpful: 0 });
    const { count, average, verifiedShare, histogram } = page.statistics;
    expect([count, average, verifiedShare, histogram[5]]).to.deep.equal([1, 5, 1, 1]);
    const product = await flow.shop.ask<{ rating: object }>('GET', `/products/${goods.productId}`);
    expect(product.body.rating).to.deep.equal({ average: 5, count: 1 });
    const ofVariant = await published(`?variantId=${goods.variantId}`);
    expect(ofVariant.statistics.count).to.equal(1);
  });

  it('of a purchase that goes through the shop can be written when the parcel has come, not before', async () => {
    const cart = await ravi.shop.cart([{ variantId: goods.variantId, quantity: 1 }]);
    await flow.books.query(
      `delete from shipment_lines where order_id in (select id from orders where customer_id = $1)`,
      [ravi.id],
    );
    const { orderId = '' } = await ravi.shop.settled(await ravi.shop.checkout(cart, { method: 'pm_card_visa' }));
    await staff.done(orderId, 'transitions', { command: 'PROCESS' });
    const sent = await staff.done(orderId, 'shipments');
    const early = await ravi.review(goods);
    expect([early.status, codeOf(early)]).to.deep.equal([422, 'PURCHASE_REQUIRED']);
    await staff.done(orderId, `shipments/${sent.shipments[0]?.id}/delivery`);
    expect((await ravi.review(goods)).body.state).to.equal('approved');
  });

  it('is there once per customer and variant, also when it is sent many times at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => asha.review(goods)));
    expect(all.filter(({ status }) => status === 200)).to.have.length(1);
    expect(new Set(all.filter(({ status }) => status !== 200).map(codeOf))).to.deep.equal(new Set(['REVIEW_EXISTS']));
    expect((await published()).statistics.count).to.equal(1);
  });

  it('is rejected or waits by what it says; an edit is judged again, and what is deleted can be written anew', async () => {
    const { body: rude } = await asha.review(goods, RUDE);
    expect([rude.state, rude.reasons]).to.deep.equal(['rejected', ['profanity']]);
    const path = `/account/reviews/${rude.id}`;
    const headers = { prefer: 'wait=20' };
    const held = await asha.shop.ask<Own>('PATCH', path, { body: { title: MAIL.title, body: MAIL.body }, headers });
    expect([held.body.state, held.body.reasons]).to.deep.equal(['held', ['contact']]);
    const fine = await asha.shop.ask<Own>('PATCH', path, {
      body: { rating: 4, title: 'Fine', body: 'Fits well.' },
      headers,
    });
    expect([fine.body.state, fine.body.reasons, fine.body.rating]).to.deep.equal(['approved', [], 4]);
    expect((await ravi.shop.ask('PATCH', path, { body: { rating: 1 } })).status).to.equal(404);
    expect((await asha.shop.ask('DELETE', path)).status).to.equal(204);
    expect((await published()).statistics).to.deep.include({ count: 0, average: null });
    expect((await asha.review(goods)).body.state).to.equal('approved');
  });

  it('is refused when normalisation makes it longer than a review may be, and judged when it holds no break', async () => {
    const swelling = await asha.review(goods, { title: '\ufdfa'.repeat(9), body: '\ufdfa'.repeat(280) });
    expect([swelling.status, codeOf(swelling)]).to.deep.equal([400, 'VALIDATION_FAILED']);
    const { details } = (swelling.body as object as { error: { details: { where: string; problem: string }[] } }).error;
    expect(details.map(({ where }) => where)).to.deep.equal(['body.title', 'body.body']);
    expect(details[1]?.problem).to.equal('must have at most 5000 characters, also in Unicode form NFKC');
    const breathless = await asha.review(goods, { body: 'क'.repeat(4_900) });
    expect([breathless.status, breathless.body.state]).to.deep.equal([200, 'held']);
  });

  it('that waits is claimed by one moderator at a time, decided with a reason, and told as a story', async () => {
    const { body: held } = await asha.review(goods, MAIL);
    const other = await moderator();
    const headers = { 'idempotency-key': randomUUID() };
    const claimed = await staff.ask('POST', `${ADMIN}/${held.id}/claim`, { body: {}, headers });
    expect(claimed.status).to.equal(200);
    expect(codeOf(await other.ask('POST', `${ADMIN}/${held.id}/claim`, { body: {} }))).to.equal('REVIEW_CLAIMED');
    const verdict = { body: { decision: 'approve', reason: 'The address is the shop’s own' } };
    expect(codeOf(await other.ask('POST', `${ADMIN}/${held.id}/decide`, verdict))).to.equal('REVIEW_CLAIMED');
    const confused = await staff.ask('POST', `${ADMIN}/${held.id}/release`, { body: {}, headers });
    expect(codeOf(confused)).to.equal('IDEMPOTENCY_KEY_REUSED');
    await staff.ask('POST', `${ADMIN}/${held.id}/release`, { body: {} });
    const decided = await other.ask<{ state: string; history: { event: string; to: string }[] }>(
      'POST',
      `${ADMIN}/${held.id}/decide`,
      verdict,
    );
    expect(decided.body.state).to.equal('approved');
    expect(decided.body.history.map(({ event, to }) => `${event} → ${to}`)).to.deep.equal([
      'SUBMIT → pending',
      'JUDGE → held',
      'DECIDE → approved',
    ]);
    await staff.ask('PUT', `${ADMIN}/${held.id}/reply`, { body: { text: 'Thank you!' } });
    expect((await published()).data[0]?.reply?.text).to.equal('Thank you!');
  });

  it('goes to one moderator each, however many ask for the next at once', async () => {
    const writers = await Promise.all(Array.from({ length: 6 }, () => openReviewer(flow.stack.url)));
    await plantDeliveries(flow.books.query, {
      customerIds: writers.map(({ id }) => id),
      variantIds: [goods.variantId],
    });
    await Promise.all(writers.map((writer) => writer.review(goods, MAIL)));
    const moderators = [staff, await moderator(), staff];
    const next = async ({ ask }: Pick<StaffClient, 'ask'>) =>
      (await ask<{ id?: string }>('POST', `${ADMIN}/claim`, { body: {} })).body?.id;
    const taken = await Promise.all([...moderators, ...moderators].map(next));
    expect(new Set(taken)).to.have.length(6);
    for (const id of taken)
      await flow.books.query(`update reviews set claimed_by = null, claimed_until = null where id = $1`, [id]);
  });

  it('is found helpful once by each of the others, and comes first then', async () => {
    const first = (await asha.review(goods)).body;
    const second = (await ravi.review(goods, { rating: 2, body: 'The seams came apart after a wash.' })).body;
    const vote = (who: Reviewer, id: string) => who.shop.ask<{ helpful: number }>('PUT', `/reviews/${id}/helpful`);
    expect(codeOf(await vote(asha, first.id))).to.equal('REVIEW_IS_YOURS');
    await Promise.all(Array.from({ length: 5 }, () => vote(ravi, first.id)));
    expect((await published('?sort=newest')).data.map(({ id }) => id)).to.deep.equal([second.id, first.id]);
    const byHelp = await published('?sort=helpful&limit=1');
    expect(byHelp.data.map(({ id, helpful }) => [id, helpful])).to.deep.equal([[first.id, 1]]);
    const rest = await published(`?sort=helpful&limit=1&cursor=${byHelp.nextCursor}`);
    expect([rest.data.map(({ id }) => id), rest.nextCursor]).to.deep.equal([[second.id], null]);
    expect((await published('?sort=rating')).data[0]?.id).to.equal(second.id);
    expect((await published('?rating=5')).data.map(({ id }) => id)).to.deep.equal([first.id]);
    const { body } = await ravi.shop.ask<{ helpful: number }>('DELETE', `/reviews/${first.id}/helpful`);
    expect(body.helpful).to.equal(0);
  });

  it('that three customers report waits for a person, who may let it stand', async () => {
    const { body: one } = await asha.review(goods);
    const others = await Promise.all(Array.from({ length: 3 }, () => openReviewer(flow.stack.url)));
    const report = ({ shop }: Reviewer) =>
      shop.ask('POST', `/reviews/${one.id}/reports`, { body: { reason: 'false' } });
    for (const other of [...others.slice(0, 2), ...others.slice(0, 2)])
      expect((await report(other)).status).to.equal(204);
    expect((await published()).statistics.count).to.equal(1);
    await report(others[2] as Reviewer);
    expect((await published()).statistics.count).to.equal(0);
    await staff.ask('POST', `${ADMIN}/${one.id}/decide`, {
      body: { decision: 'approve', reason: 'It is what they say' },
    });
    expect((await published()).statistics.count).to.equal(1);
    const { body } = await staff.ask<{ reports: number; reported: { isSettled: boolean }[] }>(
      'GET',
      `${ADMIN}/${one.id}`,
    );
    expect([body.reports, body.reported.map(({ isSettled }) => isSettled)]).to.deep.equal([0, [true, true, true]]);
  });

  it('is judged by another policy as soon as it is changed, which can be tried on past reviews before', async () => {
    const { body: one } = await asha.review(goods, { body: 'The colour is magentacious and nothing else.' });
    const policy = { ...DEFAULT_POLICY, blockedWords: ['magentacious'] };
    const begun = await staff.ask<{ id: string }>('POST', `${ADMIN}/policy/trials`, {
      body: { policy, since: new Date(Date.now() - 3_600_000).toISOString() },
    });
    expect(begun.status).to.equal(202);
    const trial = await waitFor('the trial is over', async () => {
      const { body } = await staff.ask<{
        state: string;
        changes: Record<string, number>;
        examples: { reviewId: string }[];
      }>('GET', `${ADMIN}/policy/trials/${begun.body.id}`);
      return body.state === 'done' && body;
    });
    expect(trial.changes['approve -> hold']).to.equal(1);
    expect(trial.examples.map(({ reviewId }) => reviewId)).to.include(one.id);
    expect((await asha.shop.ask<Own>('GET', `/account/reviews/${one.id}`)).body.state).to.equal('approved');

    const stored = await staff.ask<{ version: number }>('GET', `${ADMIN}/policy`);
    const change = (body: object) =>
      staff.ask('PUT', `${ADMIN}/policy`, { body, headers: { 'if-match': `"${stored.body.version}"` } });
    expect((await change(policy)).status).to.equal(200);
    expect((await change(policy)).status).to.equal(412);
    expect((await ravi.review(goods, { body: 'So magentacious indeed.' })).body.reasons).to.deep.equal([
      'blocked-word',
    ]);
    await flow.books.query(`delete from review_policies`);
  });

  it('counts as verified no more when everything of it has gone back, and goes with its author', async () => {
    await flow.books.query(
      `update order_lines set returned = shipped, refunded = shipped where order_id in (select id from orders where customer_id = $1)`,
      [asha.id],
    );
    const { body } = await asha.review(goods);
    expect(body.isVerified).to.equal(false);
    expect((await published()).statistics.verifiedShare).to.equal(0);
    const gone = await openReviewer(flow.stack.url);
    await plantDeliveries(flow.books.query, { customerIds: [gone.id], variantIds: [goods.variantId] });
    await gone.review(goods, { rating: 1, title: 'Torn', body: 'It was torn.' });
    expect((await published()).statistics.count).to.equal(2);
    const mine = await gone.shop.ask<{ reviews: { title: string }[] }>('GET', '/account/export');
    expect(mine.body.reviews.map(({ title }) => title)).to.deep.equal(['Torn']);
    const erased = await gone.shop.ask('POST', '/account/erasure', { body: { password: 'correct horse battery' } });
    expect(erased.status).to.be.oneOf([200, 204]);
    expect((await published()).statistics.count).to.equal(1);
  });

  /** A second one, besides the administrator. */
  async function moderator(): Promise<Pick<StaffClient, 'ask'>> {
    const other = await openStaffClient(flow.stack.url, 'catalogue@example.com');
    const { body } = await other.ask<{ id: string }>('GET', '/../admin/account');
    await flow.books.query(
      `update accounts set role_id = (select id from roles where name = 'support') where id = $1`,
      [body.id],
    );
    await waitFor('they may moderate', async () => (await other.ask('GET', ADMIN)).status === 200);
    return other;
  }
});
