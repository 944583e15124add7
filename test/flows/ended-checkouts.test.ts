import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { putDiscount } from '../support/offers.ts';
import type { Checkout } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const PARTS = [
  'checkout_lines',
  'checkout_history',
  'pricing_snapshots',
  'reservations',
  'payments',
  'payment_attempts',
];

describe('a checkout that ended without an order', function () {
  this.timeout(30_000);
  let flow: Flow;
  before(async function () {
    flow = await sharedFlow(this);
  });

  const count = async (sql: string, params: unknown[]): Promise<number> => (await flow.books.query(sql, params)).length;
  const age = (ids: string[], days: number) =>
    flow.books.query(`update checkouts set updated_at = now() - make_interval(days => $2) where id = any($1)`, [
      ids,
      days,
    ]);

  /** What `bin/verify` says of these rows; other tests of this stack may be at work. */
  const brokenOf = async (ids: string[]) =>
    (await verifyDatabase(flow.stack.databaseUrl)).findings.filter(({ rows }) =>
      ids.some((id) => JSON.stringify(rows).includes(id)),
    );

  it('forgets the buyer, is deleted later, and leaves the books in order', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: 10_000 });
    const limits = { maxUses: 9, maxUsesPerCustomer: 9, firstOrderOnly: true };
    const offer = { kind: 'percentage', percent: 10, cap: null } as const;
    const discountId = await putDiscount(books.query, { code: 'LEFT', offer, ...limits });
    const email = `${randomUUID()}@example.com`;
    const start = async (): Promise<Checkout> => {
      const cart = await shop.enter(await shop.cart([{ variantId, quantity: 1 }]), 'LEFT');
      return shop.rested(await shop.checkout(cart, { email, method: 'pm_card_chargeDeclined' }));
    };
    const cancelled = await start();
    await shop.settled(await shop.cancel(cancelled));
    const expired = await start();
    await books.query(`update checkouts set expires_at = now() - interval '1 s' where id = $1`, [expired.id]);
    await shop.reached(expired, 'EXPIRED');
    const ids = [cancelled.id, expired.id];
    await waitFor('the payments are settled', async () => {
      return (await count(`select 1 from payments where checkout_id = any($1) and status = 'canceled'`, [ids])) === 2;
    });

    await age(ids, 2);
    await waitFor('they know nobody', async () => {
      return (
        (await count(`select 1 from checkouts where id = any($1) and email is null and redeemer is null`, [ids])) === 2
      );
    });
    const uses = await books.query(`select counter, used from discount_uses where discount_id = $1`, [discountId]);
    expect(uses).to.deep.equal([{ counter: 'all', used: 0 }]);
    const rows = [...ids, variantId, discountId];
    expect(await brokenOf(rows)).to.deep.equal([]);
    expect((await shop.look(cancelled)).state).to.equal('CANCELLED');

    await age(ids, 91);
    await waitFor(
      'they are gone',
      async () => (await count(`select 1 from checkouts where id = any($1)`, [ids])) === 0,
    );
    for (const table of [...PARTS, 'discount_redemptions', 'first_orders'])
      expect(await count(`select 1 from ${table} where checkout_id = any($1)`, [ids]), table).to.equal(0);
    expect(await books.level(variantId)).to.include({ onHand: 9, reserved: 0 });
    expect(await brokenOf([...rows, cancelled.cartId, expired.cartId])).to.deep.equal([]);
  });
});
