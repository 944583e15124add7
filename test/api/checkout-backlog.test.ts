import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { waitFor } from '../support/wait-for.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

/** So many must be late before the shop refuses more. */
const MOST_LATE = 100;

describe('a checkout while the workers are behind', () => {
  let shop: PeopleShop;
  let variantId: string;
  before(async () => {
    shop = await openPeopleShop();
    variantId = await stockVariant((sql, params = []) => shop.db.query(sql, params), { stock: 10_000 });
    await lateCheckouts(MOST_LATE);
  });
  after(() => shop?.close());

  const start = (cart: { id: string; cartToken: string }, key: string = randomUUID()) => {
    const body = { cartId: cart.id, email: `${randomUUID()}@example.com`, shippingAddress: BENGALURU };
    const headers = { 'idempotency-key': key };
    return shop.ask<{ id: string }>('POST', '/store/checkout', { body, cartToken: cart.cartToken, headers });
  };

  async function newCart() {
    const body = { items: [{ variantId, quantity: 1 }] };
    return (await shop.ask<{ id: string; cartToken: string }>('POST', '/store/cart', { body })).body;
  }

  /** Checkouts that nobody has begun: copies of one. */
  async function lateCheckouts(count: number): Promise<void> {
    const { body: one } = await start(await newCart());
    await shop.db.query(
      `with made as (select uuidv7() as id, uuidv7() as cart_id, uuidv7() as order_id from generate_series(2, $2)),
          carts as (
            insert into carts select (jsonb_populate_record(c, jsonb_build_object('id', made.cart_id))).*
              from made, carts c join checkouts o on o.cart_id = c.id where o.id = $1)
        insert into checkouts
          select (jsonb_populate_record(o, to_jsonb(made))).*
            from made, checkouts o where o.id = $1`,
      [one.id, count],
    );
    await waitSince('2 minutes');
  }

  const waitSince = (interval: string) =>
    shop.db.query(`update checkouts set updated_at = now() - $1::interval where state = 'CREATED'`, [interval]);

  const refusal = async () => {
    const answer = await start(await newCart());
    return answer.status === 503 && answer;
  };
  const acceptance = async () => (await start(await newCart())).status === 202;

  it('is refused with SHOP_BUSY, and can be repeated', async () => {
    const cart = await newCart();
    const key = randomUUID();
    // The count is taken beside the requests: the one that asks for it does not know it yet.
    const refused = await waitFor('a checkout is refused', refusal);
    expect(refused.body).to.have.nested.property('error.code', 'SHOP_BUSY');
    expect(refused.headers.get('retry-after')).to.equal('10');
    expect((await start(cart, key)).status).to.equal(503);
    await waitSince('5 seconds');
    expect((await waitFor('it is accepted', async () => nonBusy(await start(cart, key)))).status).to.equal(202);
  });

  const nonBusy = <T extends { status: number }>(answer: T) => answer.status !== 503 && answer;

  it('is answered as before when it was accepted before', async () => {
    await waitSince('5 seconds');
    const cart = await newCart();
    const accepted = await waitFor('it is accepted', async () => nonBusy(await start(cart)));
    await waitSince('2 minutes');
    await waitFor('others are refused', refusal);
    const again = await start(cart);
    expect([again.status, again.body.id]).to.deep.equal([202, accepted.body.id]);
  });

  it('is accepted when those that wait are a case for a person', async () => {
    await waitSince('2 minutes');
    await waitFor('a checkout is refused', refusal);
    await waitSince('61 minutes');
    await waitFor('a checkout is accepted', acceptance);
  });
});
