import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CachedResponses } from '../../src/api/store/cached-responses/cached-responses.ts';
import { refuseSoldOut } from '../../src/api/store/checkout/sold-out.ts';
import { AppError } from '../../src/domain/errors.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { waitFor } from '../support/wait-for.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

const HOT = 100;

describe('the first gate of a rush', () => {
  /** So many checkouts of a variant at one instant: what each is told, `in` or the code. */
  async function rush(checkouts: number, units: number): Promise<string[]> {
    const variantId = newId();
    const cachedResponses = { available: async () => units };
    const told: string[] = [];
    for (let n = 0; n < checkouts; n++) {
      // The look-up that one checkout has started is done before the next one comes.
      await Promise.resolve().then(() => Promise.resolve());
      told.push(tell(cachedResponses, variantId));
    }
    return told;
  }

  function tell(cachedResponses: Pick<CachedResponses, 'available'>, variantId: string): string {
    try {
      refuseSoldOut({ cachedResponses }, { items: [{ variantId, quantity: 1 }] });
      return 'in';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.details).to.deep.equal({ variantId, requested: 1, available: 0 });
      return error.code;
    }
  }

  it('asks nobody before a hundred have come within a second', async () => {
    expect(new Set(await rush(HOT, 0))).to.deep.equal(new Set(['in']));
  });

  it('tells latecomers at once that everything is sold out', async () => {
    const told = await rush(HOT + 50, 0);
    expect(told.slice(0, HOT + 1)).not.to.include('INSUFFICIENT_INVENTORY');
    expect(told.at(-1)).to.equal('INSUFFICIENT_INVENTORY');
  });

  it('lets everybody in while there is something left', async () => {
    expect(new Set(await rush(HOT + 50, 1))).to.deep.equal(new Set(['in']));
  });

  it('stands before the checkout: a latecomer gets 409, and no checkout', async () => {
    const shop = await openPeopleShop();
    try {
      const variantId = await stockVariant((sql, params = []) => shop.db.query(sql, params), { stock: 0 });
      // What the gate knows it knows for a second: on a slow machine another latecomer is sent.
      const { cart, late } = await waitFor('a latecomer is told', async () => {
        const { body: cart } = await shop.ask<{ id: string; cartToken: string }>('POST', '/store/cart', { body: {} });
        const line = `insert into cart_items (id, cart_id, variant_id, quantity) values ($1, $2, $3, 1)`;
        await shop.db.query(line, [newId(), cart.id, variantId]);
        if (!isRefused(shop, variantId)) return false;
        const body = { cartId: cart.id, email: 'asha@example.com', shippingAddress: BENGALURU };
        const headers = { 'idempotency-key': randomUUID() };
        const late = await shop.ask('POST', '/store/checkout', { body, cartToken: cart.cartToken, headers });
        return late.status === 409 && { cart, late };
      });
      expect(late.body.error).to.deep.include({
        code: 'INSUFFICIENT_INVENTORY',
        details: { variantId, requested: 1, available: 0 },
      });
      expect(await shop.db.query(`select from checkouts where cart_id = $1`, [cart.id])).to.have.length(0);
    } finally {
      await shop.close();
    }
  });

  /** A rush of the variant at the gate of this process, which is that of the shop: whether its last one is refused. */
  function isRefused({ deps: { cachedResponses } }: PeopleShop, variantId: string): boolean {
    let told = '';
    for (let n = 0; n < HOT + 50; n++) told = tell(cachedResponses, variantId);
    return told === 'INSUFFICIENT_INVENTORY';
  }
});
