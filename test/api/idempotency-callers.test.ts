import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { hashRequest } from '../../src/entities/outbox/idempotency.ts';
import { stockVariant } from '../support/books.ts';
import { openPeopleShop, type PeopleShop, type Refused } from './people-shop.ts';

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

  describe('of a request about an item of a cart', () => {
    interface FilledCart {
      id: string;
      cartToken: string;
      items: { id: string; variantId: string; quantity: number }[];
    }
    let cart: FilledCart;
    let key: string;
    beforeEach(async () => {
      key = randomUUID();
      const stocked = [1, 2].map(() => stockVariant(shop.db.query, { stock: 9 }));
      const items = (await Promise.all(stocked)).map((variantId) => ({ variantId, quantity: 1 }));
      cart = (await shop.ask<FilledCart>('POST', '/store/cart', { body: { items } })).body;
    });

    const send = (method: string, itemId = '', body?: object) =>
      shop.ask<FilledCart & Refused>(method, `/store/cart/${cart.id}/items/${itemId}`, {
        cartToken: cart.cartToken,
        headers: { 'idempotency-key': key },
        ...(body && { body }),
      });
    const itemIds = () => cart.items.map(({ id }) => id);

    for (const [method, body] of [['DELETE'], ['PATCH', { quantity: 3 }]] as const) {
      it(`is not valid for the same ${method} of another item, which then does not change`, async () => {
        const [one, other = ''] = itemIds();
        expect((await send(method, one, body)).status).to.equal(200);
        const refused = await send(method, other, body);
        expect([refused.status, refused.body.error.code]).to.deep.equal([422, 'IDEMPOTENCY_KEY_REUSED']);
        const { body: now } = await shop.ask<FilledCart>('GET', `/store/cart/${cart.id}`, {
          cartToken: cart.cartToken,
        });
        expect(now.items.find(({ id }) => id === other)?.quantity).to.equal(1);
      });
    }

    it('gets the first answer also when the id is written in capitals', async () => {
      const [one = ''] = itemIds();
      const first = await send('DELETE', one);
      const again = await send('DELETE', one.toUpperCase());
      expect([again.status, again.headers.get('idempotent-replayed')]).to.deep.equal([200, 'true']);
      expect(again.body).to.deep.equal(first.body);
    });

    it('gets the first answer also when the release before stored it, without the id of the item', async () => {
      const [one] = itemIds();
      const body = { quantity: 4 };
      const first = await send('PATCH', one, body);
      const sql = 'update idempotency_keys set request_hash = $2 where key = $1 returning key';
      expect(await shop.db.query(sql, [key, hashRequest(body)])).to.have.length(1);
      const again = await send('PATCH', one, body);
      expect([again.status, again.headers.get('idempotent-replayed')]).to.deep.equal([200, 'true']);
      expect(again.body).to.deep.equal(first.body);
      expect((await send('PATCH', one, { quantity: 5 })).status).to.equal(422);
    });

    it('has the hash of the release before when the path has no other id, so that both releases know it', async () => {
      const line = { variantId: cart.items[0]?.variantId, quantity: 2 };
      const path = `/store/cart/${cart.id}/items`;
      const headers = { 'idempotency-key': key };
      expect((await shop.ask('POST', path, { cartToken: cart.cartToken, headers, body: line })).status).to.equal(201);
      const rows = await shop.db.query('select request_hash as hash from idempotency_keys where key = $1', [key]);
      expect(rows).to.deep.equal([{ hash: hashRequest(line) }]);
    });
  });

  describe('of a guest who creates a cart', () => {
    const create = (key: string, cartToken?: string) =>
      shop.ask<{ id: string } & Refused>('POST', '/store/cart', {
        body: {},
        cartToken,
        headers: { 'idempotency-key': key },
      });

    it('must be random: others behind the same address would get the same cart', async () => {
      for (const cartToken of [undefined, 'any']) {
        const { status, body } = await create('123456789012345', cartToken);
        expect([status, body.error.code]).to.deep.equal([400, 'IDEMPOTENCY_KEY_TOO_SHORT']);
        expect(body.error.details).to.deep.equal({ length: 15, minLength: 16 });
      }
      const key = randomUUID();
      const [first, again] = [await create(key), await create(key)];
      expect([first.status, again.body.id]).to.deep.equal([201, first.body.id]);
      expect((await create('1234567890123456')).status).to.equal(201);
    });

    it('may be short once there is the cart, whose token keeps others away', async () => {
      const carts = [await create(randomUUID()), await create(randomUUID())].map(({ body }) => body);
      const variantId = await stockVariant(shop.db.query, { stock: 9 });
      for (const { id, cartToken = '' } of carts as { id: string; cartToken?: string }[]) {
        const request = { cartToken, headers: { 'idempotency-key': '1' }, body: { variantId, quantity: 1 } };
        const [first, again] = [1, 2].map(() => shop.ask<{ id: string }>('POST', `/store/cart/${id}/items`, request));
        for (const answer of [await first, await again]) expect(answer?.body.id).to.equal(id);
      }
    });

    it('is not what a guest without the token is refused for elsewhere', async () => {
      for (const command of ['cancel', 'payment']) {
        const body = command === 'payment' ? { paymentMethod: 'pm_card_visa' } : {};
        const path = `/store/checkout/${randomUUID()}/${command}`;
        const answer = await shop.ask('POST', path, { body, headers: { 'idempotency-key': '1' } });
        expect(answer.body.error.code, command).to.equal('CART_TOKEN_REQUIRED');
      }
    });

    it('is declared by the route', () => {
      const codes = shop.routes.filter(({ facts }) => facts.errors?.includes('IDEMPOTENCY_KEY_TOO_SHORT'));
      expect(codes.map(({ facts }) => facts.path)).to.deep.equal(['/api/v1/store/cart']);
    });

    it('is short for a customer, who is known', async () => {
      const { accessToken: token } = await shop.register();
      const answer = await shop.ask('POST', '/store/cart', { token, body: {}, headers: { 'idempotency-key': '1' } });
      expect(answer.status).to.equal(201);
    });
  });
});
