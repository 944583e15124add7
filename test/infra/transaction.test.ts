import { expect } from 'chai';
import { openTransaction } from '../../src/infra/database/transaction.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

describe('a transaction', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    await database.db.query('create table kept (n int)');
  });
  after(() => database?.close());

  const kept = async () => (await database.db.query<{ n: number }>('select n from kept order by n')).map(({ n }) => n);
  const insert = 'insert into kept values ($1)';

  it('keeps what was written when it is committed, and nothing when it is rolled back', async () => {
    const first = openTransaction(database.db);
    await first.run(insert, [1]);
    await first.commit();
    const second = openTransaction(database.db);
    await second.run(insert, [2]);
    await second.rollback();
    expect(await kept()).to.deep.equal([1]);
  });

  it('takes no connection before its first statement', async () => {
    const transaction = openTransaction(database.db);
    expect(transaction.isBegun()).to.equal(false);
    await transaction.run('select 1', []);
    expect(transaction.isBegun()).to.equal(true);
    await transaction.commit();
  });

  it('takes no statement after its end', async () => {
    const transaction = openTransaction(database.db);
    await transaction.commit();
    const refusal = await transaction.run('select 1', []).catch((error: Error) => error.message);
    expect(refusal).to.equal('The transaction has ended.');
  });

  it('says of every statement behind the one that failed why that one did', async () => {
    const transaction = openTransaction(database.db);
    const sent = ['select 1 / 0', 'select 1', 'select 2'].map((sql) => transaction.run(sql, []));
    const codes = (await Promise.allSettled(sent)).map((one) => one.status === 'rejected' && one.reason.code);
    await transaction.rollback();
    expect(codes).to.deep.equal(['22012', '22012', '22012']);
  });

  it('does not pass for committed when one of its statements had failed', async () => {
    const transaction = openTransaction(database.db);
    await transaction.run(insert, [3]);
    await transaction.run('select 1 / 0', []).catch(() => undefined);
    const refusal = await transaction.commit().catch((error: Error) => error.message);
    expect(refusal).to.equal('One of the statements of the transaction had failed.');
    expect(await kept()).to.deep.equal([1]);
  });

  it('gives every connection back', () => {
    const { totalCount, idleCount } = database.db.pool;
    expect(idleCount).to.equal(totalCount);
  });
});
