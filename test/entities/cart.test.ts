import { expect } from 'chai';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { Cart, type CartStatus } from '../../src/entities/cart/cart.ts';
import { newId } from '../../src/infra/ids.ts';

const NOW = new Date('2026-01-05T10:00:00Z');

/** An empty cart with this status. */
const cartIn = (status: CartStatus): Cart =>
  Object.assign(Cart.open({ currency: 'INR', customerId: null, now: NOW }), { status });

const codeOf = (change: () => void): ErrorCode | undefined => {
  try {
    change();
    return undefined;
  } catch (error) {
    return (error as { code?: ErrorCode }).code;
  }
};

describe('a cart', () => {
  const changes: Record<string, (cart: Cart) => void> = {
    'get a code': (cart) => cart.addCode('TEN', NOW),
    'get a destination': (cart) => cart.setDelivery({ destination: 'IN-KA', shippingMethodId: null }, NOW),
    'be given to a customer': (cart) => cart.assignTo(newId(), NOW),
    'begin a checkout': (cart) => cart.beginCheckout(NOW),
  };
  const refusals = { checkout: 'CART_IN_CHECKOUT', ordered: 'CART_ORDERED', merged: 'CART_MERGED' } as const;

  for (const [status, code] of Object.entries(refusals) as [keyof typeof refusals, ErrorCode][])
    for (const [what, change] of Object.entries(changes))
      it(`with the status ${status} cannot ${what}: ${code}`, () => {
        const cart = cartIn(status);
        const { updatedAt } = cart;
        expect(codeOf(() => change(cart))).to.equal(code);
        expect([cart.status, cart.updatedAt]).to.deep.equal([status, updatedAt]);
      });

  it('without items cannot begin a checkout', () => {
    const cart = cartIn('open');
    expect(codeOf(() => cart.beginCheckout(NOW))).to.equal('CART_EMPTY');
    expect([cart.status, cart.hasCheckout]).to.deep.equal(['open', false]);
  });
});
