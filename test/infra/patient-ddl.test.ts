import { expect } from 'chai';
import { patiently } from '../../src/infra/database/patient-ddl.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

describe('patient DDL', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  it('lets writers go first, and is repeated until it has its lock', async () => {
    const { query, orm } = fresh.db;
    const writer = orm.em.fork();
    await writer.begin();
    await writer.execute(`lock table outbox in row exclusive mode`);
    const made = query(patiently(`alter table outbox add column patient integer`));
    await waitFor('it has given up once', async () => {
      const pausing = `select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`;
      return (await query(pausing)).length === 1;
    });
    await writer.rollback();
    await made;
    expect(await query(`select patient from outbox`)).to.deep.equal([]);
  }).timeout(20_000);
});
