import { expect } from 'chai';
import {
  countUnfinished,
  keptSince,
  MONTHLY_TABLES,
  overdueMonths,
  preparePartitionsFor,
} from '../../src/entities/monthly-tables.ts';
import {
  archiveMonth,
  latePartitionName,
  makePartition,
  monthStart,
  partitionName,
  partitionsOf,
} from '../../src/infra/database/partitions.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { plantOrder } from '../support/orders.ts';

describe('the months of the large tables', () => {
  let database: FreshDatabase;
  const now = new Date();
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.close());

  const audit = (id: string) =>
    database.db.query(
      `insert into audit_log (id, actor_kind, action, target_type, target_id, request_id, at)
        values ($1, 'system', 'test', 'test', gen_random_uuid(), 'test', now())`,
      [id],
    );
  const idOf = (instant: Date) =>
    newId().replace(
      /^.{8}-.{4}/,
      instant
        .getTime()
        .toString(16)
        .padStart(12, '0')
        .replace(/^(.{8})/, '$1-'),
    );
  const drop = async (offset: number) => {
    for (const table of ['order_history', 'order_lines', 'orders']) {
      await database.db.query(`drop table ${partitionName({ table, start: monthStart(now, offset) })} cascade`);
    }
  };

  it('are made three months ahead, and again where one is missing, however many make them at once', async () => {
    await drop(2);
    await Promise.all([1, 2, 3].map(() => preparePartitionsFor(database.db, now)));
    const there = await partitionsOf(database.db, MONTHLY_TABLES);
    for (const table of MONTHLY_TABLES) {
      for (let offset = -1; offset <= 3; offset++) {
        expect(there.has(partitionName({ table, start: monthStart(now, offset) })), `${table} ${offset}`).to.equal(
          true,
        );
      }
    }
    expect(await overdueMonths(database.db, now)).to.deep.equal([]);
  });

  it('raise an alarm when the next one is not there', async () => {
    await drop(1);
    const overdue = await overdueMonths(database.db, now);
    expect(overdue.map(({ table }) => table).sort()).to.deep.equal(['order_history', 'order_lines', 'orders']);
    await preparePartitionsFor(database.db, now);
    expect(await overdueMonths(database.db, now)).to.deep.equal([]);
  });

  it('wait for whoever reads a table no longer than two seconds, and are made the next time', async () => {
    await drop(3);
    const reader = database.db.orm.em.fork();
    await reader.begin();
    await reader.execute(`select 1 from orders`);
    await preparePartitionsFor(database.db, now);
    const missing = async () =>
      (await partitionsOf(database.db, ['orders'])).has(partitionName({ table: 'orders', start: monthStart(now, 3) }));
    expect(await missing()).to.equal(false);
    await reader.rollback();
    await preparePartitionsFor(database.db, now);
    expect(await missing()).to.equal(true);
  }).timeout(20_000);

  it('can be taken out with their rows while others write', async () => {
    const month = { table: 'audit_log', start: monthStart(now, -1) };
    const old = idOf(month.start);
    await audit(old);
    const [where] = await Promise.all([
      archiveMonth(database.db, month),
      ...Array.from({ length: 20 }, () => audit(newId())),
    ]);
    expect(where).to.equal(`archive.${partitionName(month)}`);
    expect(await database.db.query(`select id from ${where}`)).to.deep.equal([{ id: old }]);
    expect(await database.db.query(`select count(*)::int as count from audit_log`)).to.deep.equal([{ count: 20 }]);
    expect(await archiveMonth(database.db, month), 'twice').to.equal(where);
  });

  it('take what comes late when they are in the archive, also when taking them out was broken off', async () => {
    const month = { table: 'audit_log', start: monthStart(now, -2) };
    await makePartition(database.db, month);
    await archiveMonth(database.db, month);
    await audit(idOf(month.start));
    await database.db.query(`drop table ${latePartitionName(month)}`);
    await preparePartitionsFor(database.db, now);
    await audit(idOf(month.start));
    const kept = await database.db.query<{ since: Date }>(`select ${keptSince('audit_log')}::timestamptz as since`);
    expect(kept).to.deep.equal([{ since: monthStart(now, 0) }]);
  });

  it('are not taken out while something of them is not over', async () => {
    const query = <R extends object>(sql: string, params: unknown[] = []) => database.db.query<R>(sql, params);
    const start = monthStart(now, 0);
    expect(await countUnfinished(database.db, start)).to.equal(0);
    await plantOrder(query);
    expect(await countUnfinished(database.db, start)).to.be.above(0);
  });

  it('are the only ones that a query by key or page looks at', async () => {
    const id = newId();
    for (const sql of [
      `select * from orders where id = '${id}'`,
      `select * from order_lines where order_id = '${id}'`,
      `select * from order_history where order_id = '${id}' order by seq`,
      `select * from checkout_history where checkout_id = '${id}' order by seq`,
      `select * from pricing_snapshots where checkout_id = '${id}'`,
    ]) {
      const [plan] = await database.db.query<Record<string, unknown>>(`explain (format json) ${sql}`);
      const tables = [...JSON.stringify(plan).matchAll(/"Relation Name":"(\w+)"/g)].map(([, name]) => name);
      expect(tables, sql).to.have.length(1);
      expect(tables[0], sql).to.match(new RegExp(`_p${now.toISOString().slice(0, 7).replace('-', '_')}$`));
    }
    const page = `explain (format json) select id from orders where id < '${id}' and id > '${id.slice(0, 8)}-0000-0000-0000-000000000000' order by id desc limit 24`;
    const [plan] = await database.db.query<Record<string, unknown>>(page);
    expect([...JSON.stringify(plan).matchAll(/"Relation Name":"(\w+)"/g)]).to.have.length(1);
  });
});
