import { expect } from 'chai';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

const ADDRESS = {
  name: 'Asha',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'IN-KA',
  postalCode: '560001',
  country: 'IN',
};

describe('an idempotency key', () => {
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  it('is its caller’s alone, whatever else they send alike', async () => {
    const [one, other] = [await shop.register(), await shop.register()];
    const keep = (token: string) => {
      const headers = { 'idempotency-key': 'the-same', 'x-cart-token': 'the-same' };
      return shop.ask<{ id: string }>('POST', '/store/account/addresses', { token, headers, body: ADDRESS });
    };
    const [first, again, others] = [
      await keep(one.accessToken),
      await keep(one.accessToken),
      await keep(other.accessToken),
    ];
    expect(again.body.id).to.equal(first.body.id);
    expect(others.body.id).not.to.equal(first.body.id);
    expect(others.headers.get('idempotent-replayed')).to.equal(null);
  });
});
