import { expect } from 'chai';
import type { Offer } from '../../src/domain/pricing/inputs.ts';
import { runsAll } from '../support/extent.ts';
import { only, putDiscount } from '../support/offers.ts';
import { type Cart, type Checkout, type Failed, openShop, trail } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const PRICE = 50_000;
const TENTH: Offer = { kind: 'percentage', percent: 10, cap: null };

describe('discounts of a checkout', function () {
  this.timeout(60_000);
  let flow: Flow;
  before(async function () {
    flow = await sharedFlow(this);
  });

  /** How many redemptions of a discount there are, and how often it counts as used. */
  async function redemptionsOf(discountId: string): Promise<Record<string, number>> {
    const rows = await flow.books.query<{ status: string; count: number }>(
      `select status, count(*)::int from discount_redemptions where discount_id = $1 group by status
        union all select 'counted', used from discount_uses where discount_id = $1 and counter = 'all'`,
      [discountId],
    );
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }

  /** Nobody pays more than the cart said: a checkout that lost its discount ends, and says what it would cost. */
  const isDearer = ({ state, reason, reasonDetails: details }: Checkout) =>
    state === 'FAILED' && reason === 'PRICE_CHANGED' && details?.expected === 45_000 && details.actual === PRICE;

  const contenders = runsAll ? 200 : 80;
  it(`ten uses, one each: of ${contenders} checkouts by 50 customers at once exactly ten have it, and all come back when they expire`, async () => {
    const { books, stack } = flow;
    // More come at once than there are connections: a request that waits too long for one is answered 503.
    const shop = openShop(stack.url, undefined, true);
    const variantId = await books.stock({ stock: 500, price: PRICE });
    const limits = { maxUses: 10, maxUsesPerCustomer: 1 };
    const discountId = await putDiscount(books.query, { code: 'FIRST10', offer: TENTH, ...limits });
    const carts = await Promise.all(
      Array.from({ length: contenders }, async () =>
        shop.enter(await shop.cart([{ variantId, quantity: 1 }]), 'FIRST10'),
      ),
    );
    expect(carts.every(({ totals }) => totals.total === 45_000)).to.equal(true);
    const checkouts = await Promise.all(
      carts.map(async (cart, index) =>
        shop.rested(await shop.checkout(cart, { email: `buyer-${index % 50}@example.com` }), 50_000),
      ),
    );
    const reduced = checkouts.filter(({ total }) => total === 45_000);
    expect(reduced).to.have.lengthOf(10);
    expect(checkouts.filter(isDearer)).to.have.lengthOf(contenders - 10);
    expect(await redemptionsOf(discountId)).to.deep.equal({ held: 10, counted: 10 });
    const redeemers = await books.query<{ redeemer: string }>(
      `select distinct redeemer from checkouts where id in (select checkout_id from discount_redemptions where discount_id = $1)`,
      [discountId],
    );
    expect(redeemers).to.have.lengthOf(10);

    await books.query(`update checkouts set expires_at = now() where id = any($1)`, [reduced.map(({ id }) => id)]);
    for (const checkout of reduced) await shop.reached(checkout, 'EXPIRED', 30_000);
    expect(await redemptionsOf(discountId)).to.deep.equal({ released: 10, counted: 0 });
    const again = await shop.buy([{ variantId, quantity: 1 }], { codes: ['FIRST10'], email: 'buyer-1@example.com' });
    expect(again.total).to.equal(45_000);
    expect(await redemptionsOf(discountId)).to.deep.equal({ released: 10, consumed: 1, counted: 1 });
  });

  it('without a code are limited, too, and only the goods that are meant are cheaper', async () => {
    const { shop, books } = flow;
    const [cheaper, other] = [await books.stock({ stock: 50 }), await books.stock({ stock: 50 })];
    const discountId = await putDiscount(books.query, {
      include: only(cheaper),
      maxUses: 3,
      offer: { kind: 'fixed-amount', amount: 9_900, per: 'unit' },
    });
    const lines = [cheaper, other].map((variantId) => ({ variantId, quantity: 1 }));
    const carts = await Promise.all(Array.from({ length: 12 }, () => shop.cart(lines)));
    const bought = await Promise.all(
      carts.map(async (cart) => shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }))),
    );
    const [reduced, others] = [true, false].map((is) => bought.filter(({ total }) => (total === 89_900) === is));
    expect(reduced?.map(({ state }) => state)).to.deep.equal(Array(3).fill('COMPLETED'));
    expect(others?.map(({ reasonDetails }) => reasonDetails)).to.deep.equal(
      Array(9).fill({ expected: 89_900, actual: 99_800 }),
    );
    expect(await redemptionsOf(discountId)).to.deep.equal({ consumed: 3, counted: 3 });
    const [line] = await books.query<{ discount: number }>(
      `select l.discount::int from order_lines l join checkouts c on c.order_id = l.order_id
        where c.id = $1 and l.variant_id = $2`,
      [bought.find(({ total }) => total === 89_900)?.id, cheaper],
    );
    expect(line?.discount).to.equal(9_900);
  });

  it('of a first order count for the first of two orders at once only', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: PRICE });
    await putDiscount(books.query, { code: 'WELCOME', offer: TENTH, firstOrderOnly: true });
    const request = { codes: ['WELCOME'], email: 'newcomer@example.com' };
    const bought = await Promise.all([1, 2, 3].map(() => shop.buy([{ variantId, quantity: 1 }], request)));
    expect(bought.filter(({ total }) => total === 45_000)).to.have.lengthOf(1);
    expect(bought.filter(isDearer)).to.have.lengthOf(2);
    expect(isDearer(await shop.buy([{ variantId, quantity: 1 }], request))).to.equal(true);
    expect((await shop.buy([{ variantId, quantity: 1 }], { ...request, expectedTotal: PRICE })).state).to.equal(
      'COMPLETED',
    );
  });

  it('of a first order are in one of several checkouts of a customer only, whichever discounts they are, and free again with it', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 20, price: PRICE });
    const codes = ['HELLO', 'NAMASTE', 'VANAKKAM', 'SALAAM'];
    for (const code of codes) await putDiscount(books.query, { code, offer: TENTH, firstOrderOnly: true });
    const email = 'two-carts@example.com';
    const start = async (code: string) =>
      shop.rested(
        await shop.checkout(await shop.enter(await shop.cart([{ variantId, quantity: 1 }]), code), { email }),
      );
    const started = await Promise.all(codes.map(start));
    const held = started.filter(({ total }) => total === 45_000);
    const refused = started.filter(isDearer);
    expect([held, refused].map(({ length }) => length)).to.deep.equal([1, 3]);
    for (const { reasonDetails } of refused) {
      expect(reasonDetails?.refusedCodes).to.have.nested.property('[0].reason', 'FIRST_ORDER_ONLY');
    }
    for (const checkout of held) await shop.reached(await shop.cancel(checkout), 'CANCELLED');
    expect((await start('NAMASTE')).total).to.equal(45_000);
  });

  it('that are gone fail a checkout that expects the lower total, and say so', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: PRICE });
    await putDiscount(books.query, { code: 'ONLYONE', offer: TENTH, maxUses: 1 });
    const carts = await Promise.all([1, 2].map(() => shop.cart([{ variantId, quantity: 1 }])));
    const [mine, theirs] = await Promise.all(carts.map((cart) => shop.enter(cart, 'ONLYONE')));
    if (!mine || !theirs) throw new Error('there are no carts');
    await shop.settled(await shop.checkout(theirs, { method: 'pm_card_visa' }));
    const failed = await shop.settled(await shop.checkout(mine, { expectedTotal: mine.totals.total }));
    expect(failed.reason).to.equal('PRICE_CHANGED');
    expect(failed.reasonDetails).to.deep.equal({
      expected: 45_000,
      actual: PRICE,
      refusedCodes: [{ code: 'ONLYONE', reason: 'USAGE_LIMIT_REACHED' }],
    });
    const looked = await shop.open(mine);
    expect(looked.refusedCodes).to.deep.equal([
      { code: 'ONLYONE', reason: 'USAGE_LIMIT_REACHED', details: { limit: 'total' } },
    ]);
    expect(looked.totals.total).to.equal(PRICE);
    const answer = await shop.ask<Failed>('POST', `/cart/${mine.id}/discounts`, {
      token: mine.cartToken,
      body: { code: 'nosuch' },
    });
    expect([answer.status, answer.body.error.details]).to.deep.equal([422, { code: 'NOSUCH', reason: 'UNKNOWN_CODE' }]);
  });

  it('whose last use ten checkouts race for: one has it, nine end with both totals, nobody pays the full price', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 50, price: PRICE });
    const discountId = await putDiscount(books.query, { code: 'LASTUSE', offer: TENTH, maxUses: 1 });
    const carts = await Promise.all(
      Array.from({ length: 10 }, async () => shop.enter(await shop.cart([{ variantId, quantity: 1 }]), 'LASTUSE')),
    );
    const ended = await Promise.all(
      carts.map(async (cart) => shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }))),
    );
    const bought = ended.filter(({ state }) => state === 'COMPLETED');
    expect(bought.map(({ total }) => total)).to.deep.equal([45_000]);
    expect(ended.filter(isDearer)).to.have.lengthOf(9);
    expect(await redemptionsOf(discountId)).to.deep.equal({ consumed: 1, counted: 1 });
    const loser = carts[ended.findIndex(({ state }) => state === 'FAILED')] as Cart;
    expect(isDearer(await shop.settled(await shop.checkout(loser))), 'again, without a look at the cart').to.equal(
      true,
    );
    expect((await shop.open(loser)).totals.total).to.equal(PRICE);
    const accepted = await shop.settled(await shop.checkout(loser, { method: 'pm_card_visa' }));
    expect(accepted, 'after a look at it').to.include({ state: 'COMPLETED', total: PRICE });
  });

  it('of late money: it becomes an order while the discount is there, and goes back in full when others used it up', async () => {
    const { shop, books } = flow;
    await setFaults(flow.simulator, { processingMs: 3_000 });
    const email = 'late-first@example.com';
    const cancelledButPaid = async (
      code: string,
      limit: Parameters<typeof putDiscount>[1] = { offer: TENTH, maxUses: 1 },
    ) => {
      const variantId = await books.stock({ stock: 9, price: PRICE });
      await putDiscount(books.query, { code, ...limit });
      const cart = await shop.enter(await shop.cart([{ variantId, quantity: 1 }]), code);
      const started = await shop.checkout(cart, {
        method: 'pm_usBankAccount_success',
        ...(limit.firstOrderOnly && { email }),
      });
      await waitFor('the money is on its way', async () => (await books.money(started.id)).status === 'processing');
      return { variantId, checkout: await shop.reached(await shop.cancel(started), 'CANCELLED') };
    };
    try {
      await putDiscount(books.query, { code: 'ANOTHERFIRST', offer: TENTH, firstOrderOnly: true });
      const [still, gone, first] = await Promise.all([
        cancelledButPaid('STILL'),
        cancelledButPaid('GONE'),
        cancelledButPaid('MYFIRST', { offer: TENTH, firstOrderOnly: true }),
      ]);
      const faster = await shop.buy([{ variantId: gone.variantId, quantity: 1 }], { codes: ['GONE'] });
      const other = { codes: ['ANOTHERFIRST'], email };
      const firstOrder = await shop.buy([{ variantId: first.variantId, quantity: 1 }], other);
      for (const order of [faster, firstOrder]) expect(order).to.include({ state: 'COMPLETED', total: 45_000 });
      expect((await shop.reached(still.checkout, 'COMPLETED')).total).to.equal(45_000);
      for (const { checkout, variantId } of [gone, first]) {
        const late: Checkout = await shop.reached(checkout, 'FAILED');
        expect(trail(late).at(-1)).to.equal('ORDER_REFUSED → FAILED');
        expect(late.reason).to.equal('PAID_BUT_DISCOUNT_USED_UP');
        await waitFor('the money has gone back', async () => (await books.money(late.id)).refunded === 45_000);
        expect(await books.level(variantId)).to.include({ onHand: 8, reserved: 0 });
      }
    } finally {
      await clearFaults(flow.simulator);
    }
  });
});
