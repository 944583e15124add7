import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { putDiscount } from '../support/offers.ts';
import { type Checkout, openShop, type Shop } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const PASSWORD = 'correct horse battery';

describe('an erased customer', () => {
  let flow: Flow;
  let shop: Shop;
  let customerId: string;
  let email: string;
  before(async function () {
    flow = await sharedFlow(this);
  });
  beforeEach(async () => {
    email = `${randomUUID()}@example.com`;
    const body = { email, password: PASSWORD, name: 'Asha Rao' };
    const answer = await flow.shop.ask<{ accessToken: string; customer: { id: string } }>('POST', '/account/register', {
      body,
    });
    expect(answer.status).to.equal(201);
    customerId = answer.body.customer.id;
    shop = openShop(flow.stack.url, answer.body.accessToken);
  });
  afterEach(() => clearFaults(flow.simulator));

  const erase = async () => (await shop.ask('POST', '/account/erasure', { body: { password: PASSWORD } })).status;

  /** Other tests of this stack may be at work: only what concerns people is looked at. */
  const peopleInvariants = async () => {
    const { findings } = await verifyDatabase(flow.stack.databaseUrl);
    return findings.filter(({ invariant: { name } }) => /^people|belong-to-the-customer/.test(name));
  };

  it('leaves orders in order: the invariants of people hold', async () => {
    const variantId = await flow.books.stock({ stock: 9, price: 10_000_00 });
    const [small, large] = [await shop.buy([{ variantId, quantity: 1 }]), await shop.buy([{ variantId, quantity: 7 }])];
    expect([small.state, large.state, await erase()]).to.deep.equal(['COMPLETED', 'COMPLETED', 204]);
    const rows = await flow.books.query(
      `select o.customer_id as customer, c.email is null as anonymous, c.shipping_address is not null as invoiced
        from orders o join checkouts c on c.id = o.checkout_id where o.customer_id = $1 order by o.total`,
      [customerId],
    );
    expect(rows).to.deep.equal([
      { customer: customerId, anonymous: true, invoiced: false },
      { customer: customerId, anonymous: true, invoiced: true },
    ]);
    expect(await peopleInvariants()).to.deep.equal([]);
  });

  it('is in no counter of discounts any more; what everybody uses is counted as before', async () => {
    const { books } = flow;
    const variantId = await books.stock({ stock: 9, price: 10_000 });
    const offer = { kind: 'percentage', percent: 10, cap: null } as const;
    const limits = { maxUses: 5, maxUsesPerCustomer: 2, firstOrderOnly: true };
    const discountId = await putDiscount(books.query, { code: 'FORGETME', offer, ...limits });
    const bought = await shop.buy([{ variantId, quantity: 1 }], { codes: ['FORGETME'] });
    const counters = () =>
      books.query(
        `select counter, used from discount_uses where discount_id = $1 union all
          select redeemer, 1 from first_orders where checkout_id = $2 order by 1`,
        [discountId, bought.id],
      );
    expect(await counters()).to.have.length(3);
    expect(await erase()).to.equal(204);
    expect(await counters()).to.deep.equal([{ counter: 'all', used: 1 }]);
    expect(await brokenDiscount(discountId)).to.deep.equal([]);
  });

  const brokenDiscount = async (discountId: string) =>
    (await verifyDatabase(flow.stack.databaseUrl)).findings.filter(
      ({ invariant: { name }, rows }) => /^redemptions/.test(name) && JSON.stringify(rows).includes(discountId),
    );

  it('is in no checkout of a guest with the address any more, nor in what counts uses; a stranger’s order keeps its address', async () => {
    const { books } = flow;
    const guest = flow.shop;
    const variantId = await books.stock({ stock: 9, price: 10_000 });
    const limits = { maxUses: 9, maxUsesPerCustomer: 9, firstOrderOnly: true };
    const offer = { kind: 'percentage', percent: 10, cap: null } as const;
    const discountId = await putDiscount(books.query, { code: 'TYPED', offer, ...limits });
    const start = async () => guest.enter(await guest.cart([{ variantId, quantity: 1 }]), 'TYPED');
    const left = await guest.settled(await guest.cancel(await guest.checkout(await start(), { email })));
    const bought = await guest.settled(await guest.checkout(await start(), { email, method: 'pm_card_visa' }));
    const plain = await guest.cart([{ variantId, quantity: 1 }]);
    const waiting = await guest.rested(await guest.checkout(plain, { email }));
    const ids = [left, bought, waiting].map(({ id }) => id);
    // As they were stored while a guest redeemed as the account with the address.
    await books.query(`update checkouts set redeemer = $2 where id = any($1)`, [ids, `customer:${customerId}`]);
    expect(await erase()).to.equal(204);
    const rows = await books.query(
      `select id, redeemer, email is not null as known from checkouts where id = any($1) order by id`,
      [ids],
    );
    expect(rows).to.deep.equal(ids.map((id) => ({ id, redeemer: null, known: id !== left.id })));
    expect(await peopleInvariants()).to.deep.equal([]);
    await guest.settled(await guest.cancel(waiting));
    expect(await brokenDiscount(discountId)).to.deep.equal([]);
  });

  it('who has verified the address takes it out of the orders of guests, too', async () => {
    const variantId = await flow.books.stock({ stock: 9, price: 10_000 });
    const before = await flow.shop.buy([{ variantId, quantity: 1 }], { email });
    const old = await flow.shop.buy([{ variantId, quantity: 1 }], { email });
    // As it was stored while guests redeemed under the index of their address, which had no column.
    await flow.books.query(
      `update checkouts set redeemer = 'email:' || email_index, email_index = null where id = $1 and email_index is not null`,
      [old.id],
    );
    await flow.books.query(`update accounts set email_verified_at = now(), claims_guest_orders = true where id = $1`, [
      customerId,
    ]);
    const after = await flow.shop.buy([{ variantId, quantity: 1 }], { email: email.toUpperCase() });
    const waiting = await flow.shop.rested(
      await flow.shop.checkout(await flow.shop.cart([{ variantId, quantity: 1 }]), { email }),
    );
    expect(await erase()).to.equal(204);
    const rows = await flow.books.query<{ id: string }>(
      `select id from checkouts where id = any($1) and num_nonnulls(email, email_index, shipping_address, redeemer) = 0 order by id`,
      [[before.id, old.id, after.id, waiting.id]],
    );
    expect(rows.map(({ id }) => id)).to.deep.equal([before.id, old.id, after.id]);
    expect(await peopleInvariants()).to.deep.equal([]);
    await flow.shop.settled(await flow.shop.cancel(waiting));
  });

  it('has to wait for the end of a checkout, or cancel it', async () => {
    const variantId = await flow.books.stock({ stock: 1 });
    const waiting = await shop.rested(await shop.checkout(await shop.cart([{ variantId, quantity: 1 }])));
    expect(await erase()).to.equal(409);
    await shop.settled(await shop.cancel(waiting));
    expect(await erase()).to.equal(204);
  });

  it('gets late money back: goods cannot be sent to somebody unknown', async () => {
    const { books, simulator } = flow;
    await setFaults(simulator, { processingMs: 3_000 });
    const variantId = await books.stock({ stock: 1, price: 49_900 });
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const started = await shop.checkout(cart, { method: 'pm_usBankAccount_success' });
    await waitFor('the money is on its way', async () => (await books.money(started.id)).status === 'processing');
    await shop.settled(await shop.cancel(started));
    expect(await erase()).to.equal(204);
    await waitFor('the money has gone back', async () => (await books.money(started.id)).refunded === 49_900);
    expect(await ended(started)).to.deep.equal([{ state: 'FAILED', reason: 'CUSTOMER_ERASED' }]);
    expect(await books.level(variantId)).to.include({ onHand: 1, reserved: 0 });
    expect(await peopleInvariants()).to.deep.equal([]);
  });

  const ended = ({ id }: Checkout) => flow.books.query(`select state, reason from checkouts where id = $1`, [id]);
});
