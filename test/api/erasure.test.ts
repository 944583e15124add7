import { expect } from 'chai';
import { eraseCustomer, lockActiveAccount, lockForErasure } from '../../src/entities/account/privacy/erasure.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU, MUMBAI } from '../support/address.ts';
import { putDiscount } from '../support/offers.ts';
import { waitFor } from '../support/wait-for.ts';
import { customersOf, NOTHING, type Person } from './customers-of.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

const LARGE = 50_000_00;

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
  const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => unitOfWork(shop.db, 'test', work);
  const admin = (id: string, what: string) => `/admin/customers/${id}/${what}`;

  describe('erased by the customer', () => {
    it('is gone: account, belongings, sessions, and what checkouts knew', async () => {
      await people.belongings(asha);
      await people.ended(asha);
      await people.ended(asha, 1_000_00);
      const { status, body } = await people.erase(asha);
      expect([status, body]).to.deep.equal([204, '']);
      expect(await people.remains(asha)).to.deep.equal(NOTHING);
      const [account] = await query(
        `select status, email, email_index, name, phone, password_hash, totp_secret from accounts where id = $1`,
        [asha.id],
      );
      expect(account).to.deep.equal({
        status: 'erased',
        email: null,
        email_index: null,
        name: null,
        phone: null,
        password_hash: null,
        totp_secret: null,
      });
      const [session] = await query<{ id: string; client: string }>(
        `select id, client from sessions where account_id = $1`,
        [asha.id],
      );
      expect(shop.deps.vault.ring.open(session?.client ?? '', `sessions.client:${session?.id}`)).to.equal('');
      await waitFor('the session is refused', async () => {
        return (await people.takeAway(asha.accessToken)).status === 401;
      });
      expect((await people.signIn(asha.email)).status).to.equal(401);
    });

    it('leaves the orders with their numbers, and everybody else as they are', async () => {
      const meera = await people.customer('Meera Iyer');
      for (const person of [asha, meera]) {
        await people.belongings(person);
        await people.ended(person, 1_000_00);
      }
      const lines = () => query(`select o.*, l.* from orders o join order_lines l on l.order_id = o.id order by o.id`);
      const [orders, others] = [await lines(), await people.remains(meera)];
      expect((await people.erase(asha)).status).to.equal(204);
      expect(await lines()).to.deep.equal(orders);
      expect(await people.remains(meera)).to.deep.equal(others);
      expect((await people.takeAway(meera.accessToken)).body.checkouts[0]?.email).to.equal(meera.email);
    });

    it('keeps name and address of what an invoice has to name: from fifty thousand rupees, without tax', async () => {
      const [large, small] = [await people.ended(asha, LARGE), await people.ended(asha, LARGE - 1)];
      expect((await people.erase(asha)).status).to.equal(204);
      const rows = await query<{ id: string; email: null; shipping: string | null; billing: string | null }>(
        `select id, email, shipping_address as shipping, billing_address as billing from checkouts where customer_id = $1 order by id`,
        [asha.id],
      );
      const { phone: _, ...nameAndAddress } = BENGALURU;
      const open = (text: string | null | undefined, column: string) =>
        JSON.parse(shop.deps.vault.ring.open(text ?? '', `checkouts.${column}:${large}`));
      expect(rows.map(({ id, email }) => [id, email])).to.deep.equal([
        [large, null],
        [small, null],
      ]);
      expect(open(rows[0]?.shipping, 'shipping_address')).to.deep.equal(nameAndAddress);
      expect(open(rows[0]?.billing, 'billing_address')).to.deep.equal(MUMBAI);
      expect(rows[1]).to.include({ shipping: null, billing: null });
    });

    it('is refused with a wrong password, and while a checkout is in progress, and then changes nothing', async () => {
      await people.belongings(asha);
      const wrong = await people.erase(asha, 'a wrong password');
      expect([wrong.status, wrong.body.error.code]).to.deep.equal([422, 'PASSWORD_WRONG']);
      const { body: checkout } = await people.checkOut(asha, await people.cart(asha));
      const busy = await people.erase(asha);
      expect([busy.status, busy.body.error.code]).to.deep.equal([409, 'CHECKOUT_IN_PROGRESS']);
      expect(busy.body.error.details).to.deep.equal({ checkoutId: checkout.id });
      expect(await people.remains(asha)).to.deep.include({ belongings: 4, live: 1, emails: 1, addresses: 1 });
    });

    it('lets the same e-mail address open another account, which knows nothing of the first', async () => {
      await people.ended(asha, 1_000_00);
      await people.erase(asha);
      const again = await shop.account({ email: asha.email, name: 'Asha Rao' });
      expect(again.id).not.to.equal(asha.id);
      const { accessToken } = (await people.signIn(asha.email)).body;
      expect((await people.takeAway(accessToken)).body.orders).to.deep.equal([]);
    });

    it('once, however many ask at once', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => people.erase(asha)));
      const statuses = answers.map(({ status }) => status).toSorted();
      expect(statuses[0]).to.equal(204);
      expect(statuses.slice(1).every((status) => status === 401 || status === 422)).to.equal(true, String(statuses));
      expect(await people.remains(asha)).to.deep.equal(NOTHING);
    });

    it('leaves no session behind that began at the same time', async () => {
      await Promise.all([people.erase(asha), ...Array.from({ length: 10 }, () => people.signIn(asha.email))]);
      expect(await people.remains(asha)).to.deep.equal(NOTHING);
    });

    it('leaves no checkout behind that was started at the same time: one of the two is refused', async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        const person = await people.customer('Asha Rao');
        const cartId = await people.cart(person);
        const [erasure, checkout] = await Promise.all([people.erase(person), people.checkOut(person, cartId)]);
        expect([[204, 401].join(), [409, 202].join()]).to.include([erasure.status, checkout.status].join());
        if (erasure.status === 204) expect(await people.remains(person)).to.deep.equal(NOTHING);
      }
    });

    it('lets no checkout through that was waiting for it', async () => {
      const cartId = await people.cart(asha);
      const started = await inTransaction(async (tx) => {
        const account = await lockForErasure(tx, asha.id);
        if (!account) throw new Error('there is no such account');
        const starting = people.checkOut(asha, cartId);
        await waitFor('the checkout waits', blocked);
        await eraseCustomer(tx, shop.deps.vault, account);
        return { starting };
      });
      expect((await started.starting).status).to.equal(401);
      expect(await query(`select 1 from checkouts where customer_id = $1`, [asha.id])).to.deep.equal([]);
    });

    it('locks the counters of all its checkouts in one order: two erasures cannot wait for each other', async () => {
      const own = await people.ended(asha);
      const meera = await people.customer('Meera Iyer');
      const { body: guests } = await people.checkOut(meera, await people.cart(meera));
      await query(`update checkouts set customer_id = null, redeemer = $2 where id = $1`, [
        guests.id,
        `customer:${asha.id}`,
      ]);
      const [first, second] = [await redeemed(own), await redeemed(guests.id)];
      const { erasing } = await inTransaction(async (tx) => {
        await tx.query(`select 1 from discount_uses where discount_id = $1 for update`, [first]);
        const erasing = people.erase(asha);
        await waitFor('the erasure waits', blocked);
        const free = `select 1 from discount_uses where discount_id = $1 for update skip locked`;
        expect(await query(free, [second])).to.have.length(1);
        return { erasing };
      });
      expect((await erasing).status).to.equal(204);
      expect(await query(`select 1 from discount_uses where discount_id = any($1)`, [[first, second]])).to.deep.equal(
        [],
      );
    });

    /** A use of a new discount by a checkout, which counts for Asha. @returns the discount's id. */
    async function redeemed(checkoutId: string): Promise<string> {
      const discountId = await putDiscount(query, {
        code: newId().toUpperCase(),
        offer: { kind: 'percentage', percent: 10, cap: null },
      });
      const counter = `customer:customer:${asha.id}`;
      await query(`insert into discount_uses values ($1, $2, 1, 1)`, [discountId, counter]);
      await query(
        `insert into discount_redemptions (checkout_id, discount_id, amount, counters, status, created_at)
          values ($1, $2, 0, $3, 'held', now())`,
        [checkoutId, discountId, [counter]],
      );
      return discountId;
    }

    it('waits for whoever holds the account', async () => {
      const erasing = await inTransaction(async (tx) => {
        expect(await lockActiveAccount(tx, asha.id)).to.equal(true);
        const erasing = people.erase(asha);
        await waitFor('the erasure waits', blocked);
        return { erasing };
      });
      expect((await erasing.erasing).status).to.equal(204);
      expect(await inTransaction((tx) => lockActiveAccount(tx, asha.id))).to.equal(false);
    });
  });

  describe('erased by staff', () => {
    it('goes once, with a row in the audit log that says nothing personal', async () => {
      await people.belongings(asha);
      await people.ended(asha, LARGE);
      const { accessToken: token, accountId } = await shop.staff('admin');
      const headers = { 'idempotency-key': newId() };
      const answers = [
        await shop.ask('POST', admin(asha.id, 'erasure'), { token, headers }),
        await shop.ask('POST', admin(asha.id, 'erasure'), { token, headers }),
      ];
      expect(answers.map(({ status }) => status)).to.deep.equal([204, 204]);
      expect(await people.remains(asha)).to.deep.equal({ ...NOTHING, addresses: 1 });
      const log = await query(
        `select actor_kind, actor_id, action, target_type, before, after from audit_log where target_id = $1`,
        [asha.id],
      );
      expect(log).to.deep.equal([
        {
          actor_kind: 'staff',
          actor_id: accountId,
          action: 'customer.erase',
          target_type: 'customer',
          before: { status: 'active' },
          after: { status: 'erased', invoiced: 1 },
        },
      ]);
      const again = await shop.ask('POST', admin(asha.id, 'erasure'), { token });
      expect([again.status, again.body.error.code]).to.deep.equal([404, 'CUSTOMER_NOT_FOUND']);
      expect((await shop.ask('GET', admin(asha.id, 'export'), { token })).status).to.equal(404);
    });

    it('is not found for members of staff and unknown ids', async () => {
      const { accessToken: token, accountId } = await shop.staff('admin');
      for (const id of [accountId, newId()]) {
        expect((await shop.ask('GET', admin(id, 'export'), { token })).status).to.equal(404);
        expect((await shop.ask('POST', admin(id, 'erasure'), { token })).status).to.equal(404);
      }
    });

    it('leaves with a member of staff, too', async () => {
      const [{ accessToken: token }, leaving] = [await shop.staff('admin'), await shop.staff('support')];
      expect((await shop.ask('DELETE', `/admin/staff/${leaving.accountId}`, { token })).status).to.equal(204);
      expect(await people.remains({ id: leaving.accountId })).to.deep.equal(NOTHING);
    });

    it('stays where somebody may only read', async () => {
      const { accessToken: token } = await shop.staff('support');
      expect((await shop.ask('POST', admin(asha.id, 'erasure'), { token })).status).to.equal(403);
      expect((await shop.ask('POST', admin(asha.id, 'erasure'), { token: asha.accessToken })).status).to.equal(403);
      expect(await people.remains(asha)).to.deep.include({ live: 1 });
    });
  });

  const blocked = async (): Promise<boolean> => {
    const rows = await query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };
});
