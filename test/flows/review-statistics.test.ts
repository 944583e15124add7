import { expect } from 'chai';
import { REVIEW_INVARIANTS } from '../../src/entities/invariants/reviews.ts';
import { runsAll } from '../support/extent.ts';
import { type Goods, goodsOf, type Own, openReviewer, plantDeliveries, type Reviewer } from '../support/reviewers.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const CUSTOMERS = 20;
const VARIANTS = 5;
const CHANGES = runsAll ? 1_000 : 250;
const AT_ONCE = 50;
const MAIL = 'Write to somebody@example.com about the seams.';

describe('statistics of reviews', function () {
  this.timeout(120_000);
  let flow: Flow;
  let staff: StaffClient;
  let reviewers: Reviewer[];
  const goods: Goods[] = [];
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
    reviewers = await Promise.all(Array.from({ length: CUSTOMERS }, () => openReviewer(flow.stack.url)));
    for (let i = 0; i < VARIANTS; i++)
      goods.push(await goodsOf(flow.books.query, await flow.books.stock({ stock: 1, price: 20_000 })));
    await plantDeliveries(flow.books.query, {
      customerIds: reviewers.map(({ id }) => id),
      variantIds: goods.map(({ variantId }) => variantId),
    });
  });

  const broken = async () => {
    const found = await Promise.all(
      REVIEW_INVARIANTS.map(async ({ name, sql }) => ({ name, rows: await flow.books.query(sql) })),
    );
    return found.filter(({ rows }) => rows.length > 0);
  };
  const isQuiet = async () =>
    (
      await flow.books.query(
        `select 1 from outbox where queue = 'reviews' union all select 1 from reviews where state = 'pending'`,
      )
    ).length === 0;

  /** What one of them does next; `n` decides who, about what, and what. */
  async function change(n: number): Promise<void> {
    const { shop, id } = reviewers[n % CUSTOMERS] as Reviewer;
    const { productId, variantId } = goods[(n * 7) % VARIANTS] as Goods;
    const words = {
      rating: 1 + ((n * 3) % 5),
      title: `Number ${n}`,
      body: n % 4 === 0 ? MAIL : `It is as it is, ${n}.`,
    };
    const submitted = await shop.ask<Own>('POST', `/products/${productId}/reviews`, { body: { variantId, ...words } });
    if (submitted.status < 300) return;
    const [own] = await flow.books.query<{ id: string }>(
      `select review_id as id from review_keys where customer_id = $1 and variant_id = $2`,
      [id, variantId],
    );
    if (!own) return;
    const decide = (decision: string) =>
      staff.ask('POST', `/../admin/reviews/${own.id}/decide`, { body: { decision, reason: 'So it is' } });
    const path = `/account/reviews/${own.id}`;
    const ways = [
      () => shop.ask('PATCH', path, { body: words }),
      () => decide('approve'),
      () => shop.ask('DELETE', path),
      () => decide('reject'),
    ];
    const answer = await ways[(n >> 2) % 4]?.();
    if (answer && answer.status >= 500) throw new Error(JSON.stringify(answer.body));
  }

  it(`are those of a recount after ${CHANGES} submits, edits, decisions and deletions at once`, async () => {
    for (let n = 0; n < CHANGES; n += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => change(n + i)));
    }
    await waitFor('everything is judged', isQuiet, 60_000);
    expect(await broken()).to.deep.equal([]);
    const [row] = await flow.books.query<{ count: number }>(
      `select count(*)::int as count from reviews where state = 'approved' and customer_id = any($1)`,
      [reviewers.map(({ id }) => id)],
    );
    expect(row?.count).to.be.above(0);
  });

  it('are mended by the job that counts them anew, beside those who go on', async () => {
    await flow.books.query(`update review_statistics set count = count + 1, r1 = r1 + 1 where subject = $1`, [
      goods[0]?.productId,
    ]);
    await flow.books.query(`delete from review_statistics where subject = $1`, [goods[1]?.variantId]);
    expect(await broken()).to.have.length(1);
    await staff.ask('POST', '/../admin/reviews/statistics/recount', { body: {} });
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => change(CHANGES + i)));
    await waitFor('nothing is wrong any more', async () => (await isQuiet()) && (await broken()).length === 0, 30_000);
  });
});
