import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { stockVariant } from '../support/books.ts';
import { plantOrder } from '../support/orders.ts';
import { openBrowserless } from './browserless.ts';
import { openPeopleShop, PASSWORD, type PeopleShop } from './people-shop.ts';

describe('the operators’ pages of reviews', () => {
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  const signedIn = async () => {
    const [row] = await shop.db.query<{ id: string }>(`select id from roles where name = 'admin'`);
    const account = await shop.account({ kind: 'staff', roleId: row?.id ?? '' });
    const browser = openBrowserless(shop.url);
    const { email } = account.person(shop.deps.vault);
    expect((await browser.submit('/ops/sign-in', { email, password: PASSWORD })).status).to.equal(303);
    return { ...browser, id: account.id };
  };

  async function plantHeldReview(title: string): Promise<string> {
    const variantId = await stockVariant(shop.db.query, { stock: 1 });
    const { orderId } = await plantOrder(shop.db.query, { variantId });
    const author = await shop.account({});
    const id = newId();
    await shop.db.query(
      `with review as (insert into reviews (id, product_id, variant_id, customer_id, order_id, is_verified, rating, title, body,
            state, steps, created_at, updated_at)
          select $1, product_id, $2, $3, $4, true, 2, $5, 'Line one
<b>line two</b>', 'held', 1, now(), now() from variants where id = $2)
        insert into review_history (review_id, seq, revision, from_state, to_state, event, actor, trace_id, at)
          values ($1, 1, 1, 'pending', 'held', 'JUDGE', 'system', '4bf92f3577b34da6a3ce929d0e0e4736', now())`,
      [id, variantId, author.id, orderId, title],
    );
    return id;
  }
  const stateOf = async (id: string) =>
    (
      await shop.db.query<{ state: string; by: string | null }>(
        `select state, claimed_by as by from reviews where id = $1`,
        [id],
      )
    )[0];

  it('list what waits at first, and show the text of a review as text', async () => {
    const id = await plantHeldReview('Too short');
    const admin = await signedIn();
    expect((await admin.open('/ops')).text).to.match(
      /href="\/ops\/reviews">.*Reviews to decide<\/span>\s*<span class="count">1</,
    );
    expect((await admin.open('/ops/reviews')).text).to.include(`href="/ops/reviews/${id}">Too short</a>`);
    expect((await admin.open('/ops/reviews?state=approved')).text).not.to.include(id);
    expect((await admin.open('/ops/reviews?state=')).text).to.include(id);
    const { status, text } = await admin.open(`/ops/reviews/${id}`);
    expect(status).to.equal(200);
    expect(text).to.include('&lt;b&gt;line two&lt;/b&gt;').and.include('2 of 5, verified purchase');
    expect(text).to.include('<code>4bf92f3577b34da6a3ce929d0e0e4736</code>');
  });

  it('claim, release and decide a review, with a reason, in the audit log', async () => {
    const id = await plantHeldReview('Rude');
    const path = `/ops/reviews/${id}`;
    const [mine, other] = [await signedIn(), await signedIn()];
    expect((await mine.submit(path, { action: 'claim' })).to).to.equal(path);
    expect(await stateOf(id)).to.deep.equal({ state: 'held', by: mine.id });
    expect((await mine.open(path)).text)
      .to.include('claimed by you')
      .and.include('Release');
    const decision = { action: 'reject', reason: 'insults', key: 'a-key-of-the-test' };
    const late = await other.submit(path, decision);
    expect([late.status, /role="alert"/.test(late.text)]).to.deep.equal([409, true]);
    expect((await mine.submit(path, { action: 'release' })).to).to.equal(path);
    expect((await other.submit(path, { ...decision, reason: '' })).status).to.equal(400);
    expect((await other.submit(path, decision)).to).to.equal(path);
    expect(await stateOf(id)).to.deep.equal({ state: 'rejected', by: null });
    const audited = await shop.db.query(`select action, actor_id as actor from audit_log where target_id = $1`, [id]);
    expect(audited).to.deep.equal([{ action: 'review.decide', actor: other.id }]);
    expect((await other.open(path)).text).to.include('insults');
  });
});
