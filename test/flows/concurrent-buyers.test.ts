import { expect } from 'chai';
import { runsAll } from '../support/extent.ts';
import { type Cart, type Checkout, type Failed, trail } from '../support/shop.ts';
import { charges } from '../support/simulator.ts';
import { type Flow, sharedFlow } from './stack.ts';

const WITHIN_MS = 60_000;

/** Nobody repeats a request: none may be refused because many come at once. */
describe('many buyers at once', function () {
  this.timeout(WITHIN_MS);
  let flow: Flow;
  before(async function () {
    flow = await sharedFlow(this);
  });

  /** Everybody has a cart of these lines before anybody checks out. */
  const carts = (count: number, linesOf: (index: number) => string[]): Promise<Cart[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        flow.shop.cart(linesOf(index).map((variantId) => ({ variantId, quantity: 1 }))),
      ),
    );

  const buyAll = (filled: Cart[]): Promise<Checkout[]> =>
    Promise.all(
      filled.map(async (cart) =>
        flow.shop.settled(await flow.shop.checkout(cart, { method: 'pm_card_visa' }), WITHIN_MS),
      ),
    );

  /** A checkout of a variant that is known to be sold out is refused at once. */
  async function rush(filled: Cart[]) {
    const tried = await Promise.all(
      filled.map(async (cart) => ({ cart, answer: await flow.shop.submit(cart, { method: 'pm_card_visa' }) })),
    );
    const refused = tried.filter(({ answer }) => answer.status === 409);
    const accepted = tried.filter(({ answer }) => answer.status === 202);
    const others = tried.filter((one) => !refused.includes(one) && !accepted.includes(one));
    expect(others.map(({ answer }) => [answer.status, answer.body])).to.deep.equal([]);
    const turnedAway = refused.map(({ answer }) => {
      const { error } = (answer as { body: unknown }).body as Failed;
      return { reason: error.code, ...error.details };
    });
    const checkouts = await Promise.all(
      accepted.map(({ cart, answer }) => flow.shop.settled({ ...answer.body, cartToken: cart.cartToken }, WITHIN_MS)),
    );
    return { checkouts, turnedAway };
  }

  const inState = (checkouts: Checkout[], state: Checkout['state']) =>
    checkouts.filter((checkout) => checkout.state === state);

  for (const buyers of runsAll ? [100, 200] : [100]) {
    it(`${buyers} for 20 units: 20 get one, the others are told why not, nobody pays without an order`, async () => {
      const { books, simulator } = flow;
      const variantId = await books.stock({ stock: 20 });
      const filled = await carts(buyers, () => [variantId]);
      const { checkouts, turnedAway } = await rush(filled);
      const winners = inState(checkouts, 'COMPLETED');
      const told = inState(checkouts, 'FAILED').map(({ reason, reasonDetails }) => ({ reason, ...reasonDetails }));
      const losers = [...told, ...turnedAway];
      expect([winners.length, losers.length]).to.deep.equal([20, buyers - 20]);
      for (const loser of losers) {
        expect(loser).to.deep.equal({ reason: 'INSUFFICIENT_INVENTORY', variantId, requested: 1, available: 0 });
      }
      expect(await books.orders(filled.map(({ id }) => id))).to.equal(20);
      const level = await books.level(variantId);
      expect(level).to.include({ onHand: 0, reserved: 0 });
      expect(level.moves.toSorted()).to.deep.equal([
        ...Array(20).fill('consume 1'),
        'receive 20',
        ...Array(20).fill('reserve 1'),
      ]);
      const ids = new Set(checkouts.map(({ id }) => id));
      const charged = (await charges(simulator)).filter(({ checkoutId }) => checkoutId && ids.has(checkoutId));
      expect(charged.map(({ checkoutId }) => checkoutId).sort()).to.deep.equal(winners.map(({ id }) => id).sort());
      const numbers = new Set(winners.map(({ orderNumber }) => orderNumber));
      expect(numbers.size).to.equal(20);
    });
  }

  const neighbours = runsAll ? 200 : 80;
  it(`${neighbours} behind one address, of one variant with ample stock: all get their order, whether they give a method at once or later`, async () => {
    const variantId = await flow.books.stock({ stock: 1_000 });
    const filled = await carts(neighbours, () => [variantId]);
    const [atOnce, later] = [filled.slice(0, neighbours / 2), filled.slice(neighbours / 2)];
    const waiting = Promise.all(later.map(async (cart) => flow.shop.rested(await flow.shop.checkout(cart), WITHIN_MS)));
    const bought = await buyAll(atOnce);
    // None of these has paid: what one network may hold has room for all of them.
    expect(await unpaid(await waiting)).to.deep.equal({ checkouts: neighbours / 2, networks: 1 });
    const paid = await Promise.all(
      (await waiting).map(async (one) => flow.shop.settled(await flow.shop.pay(one, 'pm_card_visa'), WITHIN_MS)),
    );
    expect(inState([...bought, ...paid], 'COMPLETED')).to.have.length(neighbours);
    expect(await unpaid([...bought, ...paid])).to.deep.equal({ checkouts: 0, networks: 0 });
    expect(await flow.books.level(variantId)).to.include({ onHand: 1_000 - neighbours, reserved: 0 });
    expect(await flow.books.orders(filled.map(({ id }) => id))).to.equal(neighbours);
  });

  async function unpaid(checkouts: Checkout[]) {
    const [row] = await flow.books.query(
      `select count(*)::int as checkouts, count(distinct network)::int as networks from checkouts
        where id = any($1) and network is not null`,
      [checkouts.map(({ id }) => id)],
    );
    return row;
  }

  it('of the same variants in opposite order: nobody waits for another for ever', async () => {
    const { books } = flow;
    const crossing = runsAll ? 60 : 30;
    const variants = await Promise.all(Array.from({ length: 6 }, () => books.stock({ stock: crossing })));
    const filled = await carts(crossing, (index) => (index % 2 === 0 ? variants : variants.toReversed()));
    const before = await deadlocks();
    const checkouts = await buyAll(filled);
    expect(inState(checkouts, 'COMPLETED')).to.have.length(crossing);
    for (const variantId of variants) {
      expect(await books.level(variantId)).to.include({ onHand: 0, reserved: 0 });
    }
    expect(await deadlocks()).to.equal(before);
  });

  it('of the last units, each with two lines: all of it or nothing', async () => {
    const { books } = flow;
    const [plenty, scarce] = [await books.stock({ stock: 100 }), await books.stock({ stock: 5 })];
    const filled = await carts(20, () => [plenty, scarce]);
    const checkouts = await buyAll(filled);
    expect(inState(checkouts, 'COMPLETED')).to.have.length(5);
    for (const checkout of inState(checkouts, 'FAILED')) {
      expect(trail(checkout)).to.deep.equal(['CREATED → CREATED', 'REFUSED → FAILED']);
    }
    expect(await books.level(plenty)).to.include({ onHand: 95, reserved: 0 });
    expect(await books.level(scarce)).to.include({ onHand: 0, reserved: 0 });
  });

  /** As the server itself counts them; the count may come a little after the fact. */
  async function deadlocks(): Promise<number> {
    await flow.books.query('select pg_stat_force_next_flush()');
    const [row] = await flow.books.query<{ deadlocks: number }>(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    return row?.deadlocks ?? Number.NaN;
  }
});
