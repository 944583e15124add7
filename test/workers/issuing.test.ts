import { expect } from 'chai';
import { sellerOf } from '../../src/domain/invoices/seller.ts';
import { issue } from '../../src/workers/invoices/invoices.ts';
import { stockVariant } from '../support/books.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { plantOrder } from '../support/orders.ts';

const [BUYERS, ORDERS] = [10, 50];
const seller = sellerOf({ name: 'Shop', address: 'Here', gstin: '29AABCV1234K1Z9', state: 'IN-KA' });

/** Fails every other transaction that has taken its numbers: what a sequence has handed out does not come back with the rollback. */
const EVERY_OTHER_FAILS = `
  create sequence attempts;
  create function fail_every_other() returns trigger language plpgsql as $$
    begin if nextval('attempts') % 2 = 0 then raise exception 'a wire was cut'; end if; return null; end $$;
  create trigger every_other_fails after insert on documents for each statement execute function fail_every_other()`;

describe('invoices that are issued at once', function () {
  this.timeout(20_000);
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    await database.db.query(EVERY_OTHER_FAILS);
  });
  after(() => database.close());

  const query = <R extends object>(sql: string, params: readonly unknown[] = []) => database.db.query<R>(sql, params);
  const issueAll = () => issue({ db: database.db, seller }, 'invoice');

  it(`are one per order, numbered from 1 without a gap, when ${ORDERS} come together and half of the work is rolled back`, async () => {
    const variantId = await stockVariant(query, { stock: 0 });
    const buyers = Array.from({ length: BUYERS }, async () => {
      for (let round = 0; round < ORDERS / BUYERS; round++) {
        await plantOrder(query, { variantId });
        await issueAll().catch(() => 0);
      }
    });
    await Promise.all(buyers);
    const [attempts] = await query<{ count: number }>(`select last_value::int as count from attempts`);
    expect(attempts?.count, 'something was rolled back').to.be.above(3);
    // As the sweeper does: whatever was rolled back is due still.
    const isLeft = async () => (await query(`select 1 from documents_due`)).length > 0;
    while (await isLeft()) await issueAll().catch(() => 0);

    const rows = await query<{ number: string }>(
      `select number from documents where kind = 'invoice' order by sequence`,
    );
    expect(rows.map(({ number }) => number.slice(-6))).to.deep.equal(
      Array.from({ length: ORDERS }, (_, index) => String(index + 1).padStart(6, '0')),
    );
    const [orders] =
      await query(`select count(distinct order_id)::int as invoiced, (select count(*)::int from orders) as placed
      from documents`);
    expect(orders).to.deep.equal({ invoiced: ORDERS, placed: ORDERS });
    expect(await query(`select last from document_series`)).to.deep.equal([{ last: ORDERS }]);
  });
});
