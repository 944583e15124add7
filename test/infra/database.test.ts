import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { ENTITIES } from '../../src/entities/schema.ts';
import { type Database, isDatabaseDown, isPoolExhausted, openDatabase } from '../../src/infra/database/database.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { freshDatabase, setReadOnly } from '../support/database.ts';
import { blockFor, scaled } from '../support/pace.ts';
import { waitFor } from '../support/wait-for.ts';

describe('an error of the database', () => {
  let db: Database;
  let url: string;
  before(async () => {
    ({ db, url } = await freshDatabase());
  });
  after(() => db.close());

  const failure = (work: Parameters<typeof unitOfWork>[2]) =>
    unitOfWork(db, 'test', work).then(
      () => expect.fail('it succeeded'),
      (error: unknown) => error,
    );

  const gone = (pid: number) =>
    waitFor('the session ends', async () => {
      const sessions = await db.query('select 1 from pg_stat_activity where pid = $1', [pid]);
      return sessions.length === 0;
    });

  for (const [what, stand] of [
    ['stands while it waits', gone],
    ['stands on the event loop', () => blockFor(300)],
  ] as const) {
    it(`is no "down" when a transaction ${what}: the same work would do it again`, async () => {
      const error = await failure(async (tx) => {
        await tx.query('set local idle_in_transaction_session_timeout = 50');
        const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await stand(pid);
        await tx.query('select 2');
      });
      expect(isDatabaseDown(error), String(error)).to.equal(false);
    });
  }

  it('is "down" when the server ends the connection of a transaction', async () => {
    const error = await failure(async (tx) => {
      const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await db.query('select pg_terminate_backend($1)', [pid]);
      await gone(pid);
      await tx.query('select 2');
    });
    expect(isDatabaseDown(error), String(error)).to.equal(true);
  });

  it('is "down" when the server says nothing for too long; another connection takes the place of that one', async () => {
    const impatient = await openDatabase({ url, entities: ENTITIES, connections: 1, silenceMs: scaled(300) });
    try {
      const error = await impatient.query('select pg_sleep(600)').catch((thrown: unknown) => thrown);
      expect(isDatabaseDown(error), String(error)).to.equal(true);
      expect(await impatient.query('select 1 as one')).to.deep.equal([{ one: 1 }]);
    } finally {
      await impatient.close();
      await db.query(`select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)'`);
    }
  });

  it('is that of an exhausted pool, and not "down", when every connection stays in use', async () => {
    const small = await openDatabase({ url, entities: ENTITIES, connections: 1 });
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<true>()];
    const holding = unitOfWork(small, 'test', async (tx) => {
      await tx.query('select 1');
      held.resolve();
      for (let isOver = false; !isOver; isOver = await Promise.race([release.promise, pause(100, false)])) {
        await tx.query('select 1');
      }
    });
    await held.promise;
    try {
      const error = await small.query('select 2').catch((thrown: unknown) => thrown);
      expect([isPoolExhausted(error), isDatabaseDown(error)], String(error)).to.deep.equal([true, false]);
    } finally {
      release.resolve(true);
      await holding;
      await small.close();
    }
  }).timeout(20_000);

  it('is prevented when a thousand wait for a connection: no more are let in', async () => {
    const small = await openDatabase({ url, entities: ENTITIES, connections: 1 });
    try {
      expect(small.isOverloaded()).to.equal(false);
      const work = Array.from({ length: 1_001 }, () => small.query('select 1'));
      expect([small.isOverloaded(), small.waitSeconds()]).to.deep.equal([true, 30]);
      await Promise.allSettled(work);
      expect([small.isOverloaded(), small.waitSeconds()]).to.deep.equal([false, 1]);
    } finally {
      await small.close();
    }
  }).timeout(20_000);

  it('says when work that comes now is served: at the rate of the last seconds', async () => {
    const small = await openDatabase({ url, entities: ENTITIES, connections: 1 });
    try {
      await small.query('select 1');
      const work = Array.from({ length: 31 }, () => small.query('select pg_sleep(0.1)'));
      await Promise.all(work.slice(0, 10));
      // Twenty wait, and ten are served in a second.
      expect(small.waitSeconds()).to.be.within(2, 4);
      expect(small.waitSeconds(1_000)).to.equal(30);
      await Promise.all(work);
    } finally {
      await small.close();
    }
  }).timeout(20_000);

  it('is "down" when a server only reads, and its connection is given up', async () => {
    const other = await openDatabase({ url, entities: ENTITIES, connections: 1 });
    try {
      await setReadOnly(db, 'on');
      const error = await other.query('create table two (id int)').catch((thrown: unknown) => thrown);
      expect(isDatabaseDown(error), String(error)).to.equal(true);
      await setReadOnly(db, 'off');
      await other.query('create table two (id int)');
    } finally {
      await other.close();
    }
  });

  it('is "down" when the server only reads', async () => {
    const error = await failure(async (tx) => {
      await tx.query('set transaction read only');
      await tx.query('create table one (id int)');
    });
    expect(isDatabaseDown(error), String(error)).to.equal(true);
  });
});
