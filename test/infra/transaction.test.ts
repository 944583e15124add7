import { expect } from 'chai';
import { openTransaction } from '../../src/infra/database/transaction.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

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
    expect((await transaction.commit())?.message).to.equal('division by zero');
    expect(await kept()).to.deep.equal([1]);
  });

  it('is rolled back when one of its last statements fails, which leave with the commit', async () => {
    const transaction = openTransaction(database.db);
    await transaction.run(insert, [4]);
    const refusal = await transaction.commit([
      [insert, [5]],
      ['select 1 / $1::int', [0]],
      [insert, [6]],
    ]);
    expect(refusal?.message).to.equal('division by zero');
    expect(await kept()).to.deep.equal([1]);
  });

  it('tells of the last statement that failed, not of one that was undone to a savepoint', async () => {
    const transaction = openTransaction(database.db);
    await transaction.run('savepoint attempt', []);
    const undone = await transaction.run('insert into nowhere values ($1)', [1]).catch((error) => error.code);
    expect(undone).to.equal('42P01');
    await transaction.run('rollback to savepoint attempt', []);
    expect((await transaction.commit([['select 1 / $1::int', [0]]]))?.message).to.equal('division by zero');
  });

  it('is rolled back by a statement that nobody waited for', async () => {
    const work = unitOfWork(database.db, 'test', async (tx) => {
      await tx.query(insert, [9]);
      tx.send('select 1 / $1::int', [0]);
    });
    expect(await work.catch((error) => error.message)).to.equal('division by zero');
    expect(await kept()).to.deep.equal([1]);
  });

  it('gives nobody the connection to a server that only reads', async () => {
    const transaction = openTransaction(database.db);
    const [session] = await transaction.run<{ pid: number }>('select pg_backend_pid() as pid', []);
    await transaction.run('set transaction read only', []);
    expect(await transaction.commit([[insert, [1]]])).to.include({ code: '25006' });
    const others = Array.from({ length: 20 }, async () => {
      const other = openTransaction(database.db);
      const [row] = await other.run<{ pid: number }>('select pg_backend_pid() as pid', []);
      await other.commit();
      return row?.pid;
    });
    expect(await Promise.all(others)).not.to.include(session?.pid);
  });

  it('commits its last statements, also when they are its only ones', async () => {
    const transaction = openTransaction(database.db);
    expect(await transaction.commit([[insert, [7]]])).to.equal(undefined);
    expect(await kept()).to.deep.equal([1, 7]);
  });

  it('does not know its outcome when the connection is lost before the answer to the commit', async () => {
    const transaction = openTransaction(database.db);
    await transaction.run(insert, [8]);
    const [self] = await transaction.run<{ pid: number }>('select pg_backend_pid() as pid', []);
    const lost = transaction.commit([['select pg_sleep(30), $1::int', [1]]]).then(
      () => 'known',
      () => 'unknown',
    );
    await waitFor('the last statement is under way', async () => {
      const rows = await database.db.query(`select 1 from pg_stat_activity where pid = $1 and query ~ 'pg_sleep'`, [
        self?.pid,
      ]);
      return rows.length > 0;
    });
    await database.db.query('select pg_terminate_backend($1)', [self?.pid]);
    expect(await lost).to.equal('unknown');
    expect(await kept()).to.deep.equal([1, 7]);
  });

  it('gives every connection back', () => {
    const { totalCount, idleCount } = database.db.pool;
    expect(idleCount).to.equal(totalCount);
  });
});
