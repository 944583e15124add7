import { expect } from 'chai';
import { placedRangeOf } from '../../../src/api/orders/placed-date-range.ts';
import { readOrders } from '../../../src/api/orders/read-orders.ts';
import { monthStart, partitionName } from '../../../src/infra/database/partitions.ts';
import { newId } from '../../../src/infra/ids.ts';
import { freshDatabase } from '../../support/database.ts';
import { plantOrder } from '../../support/orders.ts';
import { openPeopleShop, type PeopleShop, type Refused } from '../people-shop.ts';
import { watchPlans } from '../views/plans.ts';

interface Found {
  data: { id: string; customerId: string | null }[];
  nextCursor: string | null;
}

describe('lists of orders', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let token: string;
  before(async () => {
    shop = await openPeopleShop();
    token = (await shop.staff('support')).accessToken;
  });
  after(() => shop.close());

  const query = (sql: string, params: unknown[]) => shop.db.query(sql, params);
  const list = async (search: Record<string, string>) => {
    const path = `/admin/orders?${new URLSearchParams(search)}`;
    const { status, body } = await shop.ask<Found & Refused>('GET', path, { token });
    return status === 200 ? body.data.map(({ id }) => id) : [status, body.error.code];
  };
  const plant = async () => (await plantOrder(shop.db.query)).orderId;

  it('find the orders of an e-mail address: of its account, and of guests who gave it', async () => {
    const account = await shop.account({});
    const { email } = account.person(shop.deps.vault);
    const [theirs, typed, old, other] = [await plant(), await plant(), await plant(), await plant()];
    await query(`update orders set customer_id = $2 where id = $1`, [theirs, account.id]);
    const index = account.emailIndex;
    await query(`update checkouts set email_index = $2 where order_id = $1`, [typed, index]);
    await query(`update checkouts set redeemer = 'email:' || $2 where order_id = $1`, [old, index]);
    expect(await list({ email: email.toUpperCase() })).to.deep.equal([old, typed, theirs]);
    expect(await list({ email, customerId: account.id })).to.deep.equal([theirs]);
    expect(await list({ email: 'nobody@example.com' })).to.deep.equal([]);
    expect(await list({})).to.include(other);
  });

  it('begin and end with days of India', async () => {
    const customer = await shop.register();
    // Soon enough for ids that are made now. Midnight in India is half past six in the evening before, in UTC.
    const [d0 = '', d1 = '', d2 = ''] = [3, 4, 5].map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    );
    const instants = [`${d0}T18:29:59.999Z`, `${d0}T18:30:00Z`, `${d1}T18:29:59Z`, `${d1}T18:30:00Z`];
    const ids: string[] = [];
    for (const at of instants) {
      const id = await plant();
      ids.push(id);
      await query(`update orders set placed_at = $2, customer_id = $3 where id = $1`, [id, at, customer.customer.id]);
    }
    const [eve, first, last, next] = ids;
    const customerId = customer.customer.id;
    const between = (from: string, to: string) => list({ customerId, from, to });
    expect(await between(d1, d1)).to.deep.equal([last, first]);
    expect(await between(d0, d2)).to.deep.equal([next, last, first, eve]);
    expect(await list({ customerId, to: d0 })).to.deep.equal([eve]);
    expect(await list({ customerId, from: d2 })).to.deep.equal([next]);
    expect(await between(d2, d1)).to.deep.equal([400, 'VALIDATION_FAILED']);
    expect(await list({ customerId, from: d1, placedBefore: `${d1}T00:00:00Z` })).to.deep.equal([first]);
    expect(await between('0000-01-01', '9999-12-31')).to.have.length(4);
    expect(await list({ customerId, placedFrom: '0000-01-01T00:00:00Z' })).to.have.length(4);
    for (const from of ['2026-02-30', '2026-11-01T00:00:00Z', '1', ''])
      expect(await list({ from }), from).to.deep.equal([400, 'VALIDATION_FAILED']);
    const path = `/store/account/orders?from=${d1}&to=${d1}&limit=1`;
    const own = await shop.ask<Found>('GET', path, { token: customer.accessToken });
    expect(own.body.data.map(({ id }) => id)).to.deep.equal([last]);
    const rest = await shop.ask<Found>('GET', `${path}&cursor=${own.body.nextCursor}`, { token: customer.accessToken });
    expect(rest.body.data.map(({ id }) => id)).to.deep.equal([first]);
  });

  it('read the months concerned only: those of the days, and the one before', async () => {
    const month = monthStart(new Date(), 2);
    const wanted = [monthStart(month, -1), month].map((start) => partitionName({ table: 'orders', start }));
    const day = `${month.toISOString().slice(0, 7)}-15`;
    const fresh = await freshDatabase();
    const watched = await watchPlans(fresh.url, 'generic');
    try {
      for (const customerId of [undefined, newId()]) {
        watched.plans();
        await readOrders(
          { list: watched.query, search: watched.query },
          {
            customerId,
            placed: placedRangeOf({ from: day, to: day }),
            before: null,
            limit: 25,
          },
        );
        const read = watched.plans().flatMap(({ scans }) => scans.map(([, table]) => table));
        const months = [...new Set(read.filter((table) => table.startsWith('orders_p')))].sort();
        expect(months).to.deep.equal(wanted);
      }
    } finally {
      await watched.close();
      await fresh.close();
    }
  });
});
