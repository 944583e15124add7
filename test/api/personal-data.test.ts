import { expect } from 'chai';
import { personalDataSchema } from '../../src/api/account/personal-data-view.ts';
import { isSealed } from '../../src/infra/crypto/key-ring.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU, MUMBAI } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { ACCOUNT, customersOf, type File, type Person } from './customers-of.ts';
import { openPeopleShop, PASSWORD, type PeopleShop } from './people-shop.ts';

describe('personal data', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let people: ReturnType<typeof customersOf>;
  let asha: Person;
  before(async () => {
    shop = await openPeopleShop();
    people = customersOf(shop);
  });
  after(() => shop.close());
  beforeEach(async () => {
    asha = await people.customer('Asha Rao');
  });

  const query = <R extends object>(sql: string, params: unknown[] = []) => shop.db.query<R>(sql, params);
  const admin = (id: string, what: string) => `/admin/customers/${id}/${what}`;

  describe('exported', () => {
    it('is all that is kept about the customer, in clear, and nothing of anybody else', async () => {
      const meera = await people.customer('Meera Iyer');
      for (const person of [asha, meera]) {
        await people.belongings(person);
        await people.cart(person);
        await people.ended(person, 1_000_00);
      }
      const { status, headers, body } = await people.takeAway(asha.accessToken);
      expect([status, headers.get('cache-control')]).to.deep.equal([200, 'no-store']);
      expect(personalDataSchema.safeParse(body).error).to.equal(undefined);
      expect(body.profile).to.deep.include({
        id: asha.id,
        email: asha.email,
        name: 'Asha Rao',
        phone: '+91 98450 12345',
      });
      expect(body.addresses.map((one) => one.address)).to.deep.equal([MUMBAI]);
      expect(body.groups).to.have.length(1);
      expect(body.sessions).to.have.length(1).and.have.nested.property('[0].client', 'Netscape 4');
      expect(body.carts).to.have.length(2);
      expect(body.carts[0]?.items[0]).to.include({ title: 'Kurta', quantity: 2 });
      expect(body.checkouts).to.have.length(1);
      expect(body.checkouts[0]).to.deep.include({
        email: asha.email,
        shippingAddress: BENGALURU,
        billingAddress: MUMBAI,
        payments: [{ method: 'pm_card_visa', status: 'pending' }],
      });
      expect(body.orders).to.have.length(1);
      expect(body.orders[0]).to.deep.include({ total: 1_003_60, tax: 3_60, placeOfSupply: 'IN-KA' });
      expect(body.orders[0]?.number).to.match(/^VC-\d{6}$/);
      expect(body.orders[0]?.lines[0]).to.include({
        sku: 'KURTA-1',
        taxableValue: 1_000_00,
        igst: 3_60,
        ratePercent: '5.0000',
      });
      expect(JSON.stringify(body)).not.to.include('Meera').and.not.include(meera.id);
    });

    it('to nobody who has not signed in as that customer', async () => {
      expect((await people.takeAway()).status).to.equal(401);
      const { accessToken } = await shop.staff('admin');
      expect((await people.takeAway(accessToken)).status).to.equal(403);
    });

    it('to staff is the same file', async () => {
      await people.ended(asha, 1_000_00);
      const { accessToken: token } = await shop.staff('support');
      const { body: own } = await people.takeAway(asha.accessToken);
      const { status, body } = await shop.ask<File>('GET', admin(asha.id, 'export'), { token });
      expect(status).to.equal(200);
      expect({ ...body, exportedAt: own.exportedAt }).to.deep.equal(own);
    });
  });

  describe('of a guest', () => {
    /** A checkout that a guest began and cancelled; the cart is then brought along to the account. */
    async function bring(person: Person): Promise<string> {
      const items = [{ variantId: await stockVariant(shop.db.query, { stock: 5 }), quantity: 1 }];
      const { body: cart } = await shop.ask<{ id: string; cartToken: string }>('POST', '/store/cart', {
        body: { items },
      });
      const { cartToken } = cart;
      const body = { cartId: cart.id, email: 'guest@example.com', shippingAddress: BENGALURU };
      const { body: checkout } = await shop.ask<{ id: string }>('POST', '/store/checkout', { body, cartToken });
      const over = `update checkouts set state = 'CANCELLED', busy = false, reason = 'CANCELLED_BY_CUSTOMER' where id = $1`;
      await query(over, [checkout.id]);
      await query(`update carts set status = 'open' where id = $1`, [cart.id]);
      const credentials = { email: person.email, password: PASSWORD, cartId: cart.id };
      expect((await shop.ask('POST', `${ACCOUNT}/login`, { body: credentials, cartToken })).status).to.equal(200);
      return checkout.id;
    }

    it('who signed in later with the cart is exported and erased with the account', async () => {
      const [first, second] = [await bring(asha), await bring(asha)];
      const { body } = await people.takeAway(asha.accessToken);
      expect(body.checkouts.map(({ id, email }) => [id, email])).to.deep.equal([
        [first, 'guest@example.com'],
        [second, 'guest@example.com'],
      ]);
      expect((await people.erase(asha)).status).to.equal(204);
      const left = await query(`select email, shipping_address from checkouts where id = any($1)`, [[first, second]]);
      expect(left).to.deep.equal(Array(2).fill({ email: null, shipping_address: null }));
    });

    it('is found in clear as well, where an earlier version left it so', async () => {
      const id = await bring(asha);
      const clear = `update checkouts set email = 'guest@example.com', shipping_address = $2 where id = $1`;
      await query(clear, [id, JSON.stringify(MUMBAI)]);
      const { body } = await people.takeAway(asha.accessToken);
      expect(body.checkouts[0]).to.deep.include({ email: 'guest@example.com', shippingAddress: MUMBAI });
    });
  });

  describe('in idempotent answers', () => {
    const add = (key: string) =>
      shop.ask<{ id: string }>('POST', `${ACCOUNT}/addresses`, {
        token: asha.accessToken,
        body: MUMBAI,
        headers: { 'idempotency-key': key },
      });

    it('is sealed, and answered again as it was', async () => {
      const key = newId();
      const first = await add(key);
      const again = await add(key);
      expect([again.status, again.body]).to.deep.equal([first.status, first.body]);
      expect(again.headers.get('idempotent-replayed')).to.equal('true');
      const [row] = await query<{ body: string }>(`select body from idempotency_keys where key = $1`, [key]);
      expect(isSealed(row?.body ?? '')).to.equal(true);
    });

    it('is answered also where an earlier version kept it in clear', async () => {
      const key = newId();
      const { body } = await add(key);
      await query(`update idempotency_keys set body = $2 where key = $1`, [key, JSON.stringify(body)]);
      expect((await add(key)).body).to.deep.equal(body);
    });
  });
});
