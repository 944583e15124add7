import { expect } from 'chai';
import { overdueMonths, preparePartitionsFor } from '../../src/entities/monthly-tables.ts';
import { makePartition, monthStart } from '../../src/infra/database/partitions.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { plantOrder } from '../support/orders.ts';

const BEFORE = '040_one_index_of_returns';

describe('the migration of price snapshots', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  const store = (checkoutId: string) =>
    fresh.db.query(`insert into pricing_snapshots values ($1, 1, '{"a": 1}', '{"b": 2}', now())`, [checkoutId]);
  const stored = () =>
    fresh.db.query(`select checkout_id as id, inputs, output from pricing_snapshots order by checkout_id`);
  const triggers = async () =>
    (
      await fresh.db.query<{ name: string }>(
        `select tgname as name from pg_trigger where tgrelid = 'pricing_snapshots'::regclass and tgname like '%late%' order by 1`,
      )
    ).map(({ name }) => name);
  const LATE = ['pricing_snapshots_late_checkout_change', 'pricing_snapshots_late_checkout_insert'];

  it('keeps the rows, has a partition for those of today and of each next month, and goes back', async () => {
    const { query, orm } = fresh.db;
    const now = new Date();
    expect(await triggers(), 'of an empty database').to.deep.equal(LATE);
    await orm.migrator.down({ to: '044_verification_checkpoint' });
    expect(await triggers(), 'as migration 044 made them').to.deep.equal(LATE);
    await orm.migrator.down({ to: BEFORE });
    const { checkoutId } = await plantOrder(query);
    await store(checkoutId);
    const rows = await stored();
    await orm.migrator.up();
    expect(await stored()).to.deep.equal(rows);
    expect(await triggers(), 'of a database with prices').to.deep.equal(LATE);
    await makePartition(fresh.db, { table: 'pricing_snapshots', start: monthStart(now, -1) });
    await preparePartitionsFor(fresh.db, now);
    expect(await overdueMonths(fresh.db, now)).to.deep.equal([]);
    const [partitions] = await query(
      `select count(*)::int as count from pg_inherits where inhparent = 'pricing_snapshots'::regclass`,
    );
    expect(partitions, 'this month with all before it, and three after it').to.deep.equal({ count: 4 });
    const later = await plantOrder(query);
    await store(later.checkoutId);
    const nextMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 15));
    await store(newId().replace(/^.{13}/, nextMonth.getTime().toString(16).padStart(12, '0').replace(/^.{8}/, '$&-')));
    expect(await stored()).to.have.length(3);
    await query(`delete from pricing_snapshots where checkout_id not in (select id from checkouts)`);
    await orm.migrator.down({ to: BEFORE });
    expect(await stored()).to.have.length(2);
    await orm.migrator.up();
    expect(await stored()).to.have.length(2);
  });

  it('does not go back when that would lose a price', async () => {
    const { query, orm } = fresh.db;
    const { checkoutId } = await plantOrder(query);
    await query(
      `insert into pricing_snapshots (checkout_id, engine_version, output, created_at, packed) values ($1, 4, '{}', now(), '')`,
      [checkoutId],
    );
    const refused = await orm.migrator.down({ to: BEFORE }).catch((error: Error) => error.message);
    expect(refused).to.include('null value in column "inputs"');
    expect(await stored()).to.deep.include({ id: checkoutId, inputs: null, output: {} });
  });
});
