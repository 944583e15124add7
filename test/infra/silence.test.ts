import { expect } from 'chai';
import { ENTITIES } from '../../src/entities/schema.ts';
import { openDatabase } from '../../src/infra/database/database.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { blockFor } from '../support/pace.ts';
import { waitFor } from '../support/wait-for.ts';

const url = (): string => process.env.TEST_REDIS_URL ?? '';

describe('a server that says nothing', () => {
  for (const [role, silenceMs] of [
    ['read', 400],
    ['produce', 1_000],
    ['subscribe', 2_000],
  ] as const) {
    it(`is not taken for gone by a process that stood still itself, as Redis for "${role}"`, async () => {
      const redis = openRedis(url(), role);
      try {
        await waitFor('it is connected', async () => redis.status === 'ready');
        // From here the process goes on where it reads: timers that come due go before what can be read next.
        await redis.ping();
        let isClosed = false;
        redis.once('close', () => {
          isClosed = true;
        });
        const answer = redis.ping();
        blockFor(1.5 * silenceMs);
        expect(await answer).to.equal('PONG');
        expect(isClosed).to.equal(false);
      } finally {
        redis.disconnect();
      }
    });
  }

  it('is not taken for gone by a process that stood still itself, as Postgres', async () => {
    const db = await openDatabase({
      url: process.env.TEST_DATABASE_URL ?? '',
      entities: ENTITIES,
      connections: 1,
      silenceMs: 100,
    });
    try {
      await db.query('select 0');
      const answer = db.query('select 1 as one');
      blockFor(500);
      expect(await answer).to.deep.equal([{ one: 1 }]);
    } finally {
      await db.close();
    }
  });

  it('is gone when it holds its answer back for too long, as Redis, and is asked by another connection', async () => {
    const [redis, another] = [openRedis(url(), 'read'), openRedis(url(), 'consume')];
    try {
      await waitFor('it is connected', async () => redis.status === 'ready');
      // So long nothing is owed: nobody looks at the connection any more.
      await another.blpop('nothing-comes', 1);
      const error = await redis.blpop('nothing-comes', 60).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Error);
      await waitFor('it is connected again', async () => redis.status === 'ready');
      expect(await redis.ping()).to.equal('PONG');
    } finally {
      redis.disconnect();
      another.disconnect();
    }
  });
});
