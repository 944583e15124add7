import { expect } from 'chai';
import { type Checkout, trail } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import { type At, PATIENCE_MS, PRICE, type Scenario, STOCK } from './scenarios.ts';

/** The ways a purchase may end, each with its goods, carts, orders and money. Those that are refunded lost their goods to another buyer. */
const ENDINGS: Record<
  Scenario['ends'],
  { state: RegExp; onHand: number; carts: number; orders: number; money: object }
> = {
  sold: {
    state: /^COMPLETED$/,
    onHand: STOCK - 1,
    carts: 1,
    orders: 1,
    money: { captured: PRICE, refunded: 0, charged: [PRICE], returned: [0] },
  },
  free: {
    state: /^(CANCELLED|EXPIRED)$/,
    onHand: STOCK,
    carts: 1,
    orders: 0,
    money: { status: 'canceled', captured: 0, charged: [] },
  },
  'called off': {
    state: /^COMPLETED$/,
    onHand: STOCK,
    carts: 1,
    orders: 1,
    money: { captured: PRICE, refunded: PRICE, charged: [PRICE], returned: [PRICE] },
  },
  refunded: {
    state: /^FAILED$/,
    onHand: 0,
    carts: 2,
    orders: 0,
    money: { captured: PRICE, refunded: PRICE, charged: [PRICE], returned: [PRICE] },
  },
};

const redemptionsOf = async ({ harness }: At, { id }: Checkout): Promise<string[]> =>
  (
    await harness.books.query<{ status: string }>(`select status from discount_redemptions where checkout_id = $1`, [
      id,
    ])
  ).map(({ status }) => status);

/** Exactly one order and one charge, or neither, or the charge given back. */
export async function expectEnded({ ends }: Scenario, at: At, checkout: Checkout): Promise<void> {
  const { books } = at.harness;
  const { state, onHand, carts, orders, money } = ENDINGS[ends];
  const look = async () => {
    const now = await at.harness.shop.look(checkout);
    expect(await redemptionsOf(at, checkout)).to.deep.equal([ends === 'sold' ? 'consumed' : 'released']);
    expect(now.state, trail(now).join(', ')).to.match(state);
    expect(await books.level(at.variantId)).to.include({ onHand, reserved: 0 });
    expect(await books.money(checkout.id)).to.deep.include(money);
    expect(await books.orders([checkout.cartId])).to.equal(orders);
    expect(await books.query(`select from cart_items where variant_id = $1`, [at.variantId])).to.have.length(carts);
    return true;
  };
  await waitFor(`the purchase ends as ${ends}`, look, PATIENCE_MS);
}
