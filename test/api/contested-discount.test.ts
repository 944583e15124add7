import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { loadGoodsForPricing } from '../../src/entities/pricing/goods-for-pricing.ts';
import {
  holdRedemptions,
  type Lost,
  redemptionsOf,
  releaseRedemptions,
} from '../../src/entities/pricing/redemption.ts';
import { groupedWork } from '../../src/infra/database/groups/grouped-work.ts';
import type { Tx } from '../../src/infra/database/unit-of-work.ts';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { recordFacts } from '../support/facts.ts';
import { only, putDiscount } from '../support/offers.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

describe('the last use of a discount, wanted by checkouts that share a transaction', () => {
  let shop: PeopleShop;
  let variantId: string;
  const query = <R extends object>(sql: string, params: readonly unknown[] = []) => shop.db.query<R>(sql, params);
  before(async () => {
    shop = await openPeopleShop();
    variantId = await stockVariant(query, { stock: 10 });
    const offer = { kind: 'fixed-amount', amount: 100, per: 'order' } as const;
    await putDiscount(query, { include: only(variantId), offer, maxUses: 1 });
  });
  after(() => shop?.close());

  async function newCheckout(): Promise<string> {
    const items = [{ variantId, quantity: 1 }];
    const { body: cart } = await shop.ask<{ id: string; cartToken: string }>('POST', '/store/cart', {
      body: { items },
    });
    const body = { cartId: cart.id, email: `${randomUUID()}@example.com`, shippingAddress: BENGALURU };
    const headers = { 'idempotency-key': randomUUID() };
    const request = { body, cartToken: cart.cartToken, headers };
    return (await shop.ask<{ id: string }>('POST', '/store/checkout', request)).body.id;
  }

  async function hold(tx: Tx, checkoutId: string): Promise<Lost | null> {
    const nobody = { customerId: null, redeemer: null, codes: [], shippingMethodId: null };
    const wanted = { variantIds: [variantId], bundleIds: [], ...nobody, now: tx.now };
    const { discounts } = (await loadGoodsForPricing(tx.query, shop.deps, wanted)).context;
    const applied = discounts.map(({ id }) => ({ id, amount: 100 }));
    return holdRedemptions(tx, { checkoutId, redeemer: null }, redemptionsOf(discounts, applied as never));
  }

  it('goes to the other when the first gives it back', async () => {
    const [first, second] = [await newCheckout(), await newCheckout()];
    const facts = recordFacts();
    const grouped = <T>(key: string, work: (tx: Tx) => Promise<T>) =>
      groupedWork(shop.db, { name: 'test.hold', key }, work);
    const [, refused, held] = await Promise.all([
      grouped('alone', async (tx) => void (await tx.query('select 1'))),
      grouped(first, async (tx) => {
        const lost = await hold(tx, first);
        await releaseRedemptions(tx, first);
        return lost;
      }),
      grouped(second, (tx) => hold(tx, second)),
    ]);
    facts.stop();
    // On their own either may come first: the second waits for it, or is told that the use is gone.
    expect(refused === null || refused.usedUp.length === 1, JSON.stringify(refused)).to.equal(true);
    expect(held).to.equal(null);
    expect(facts.of('work_group.repeated')).to.have.length(1);
    const rows = await query(`select checkout_id as id from discount_redemptions where status = 'held'`);
    expect(rows).to.deep.equal([{ id: second }]);
  });
});
