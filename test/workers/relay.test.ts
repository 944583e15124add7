import { expect } from 'chai';
import { enqueue } from '../../src/entities/outbox/outbox.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { openQueues, type Queues } from '../../src/infra/queue/queue.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { advanceCheckout } from '../../src/jobs/checkout.ts';
import type { ProviderAvailability } from '../../src/ports/payments/port.ts';
import { relayOnce } from '../../src/workers/runtime/relay.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

const QUARTER_OF_AN_HOUR_S = 900;

describe('the relay', () => {
  let database: FreshDatabase;
  let redis: RedisClient;
  let queues: Queues;

  before(async () => {
    database = await freshDatabase();
    // A database of its own, among all that use this server: the test empties it.
    redis = openRedis(new URL('/10', process.env.TEST_REDIS_URL).href, 'produce');
    await waitFor('Redis', () => redis.status === 'ready');
    queues = openQueues([advanceCheckout], redis);
  });
  beforeEach(async () => {
    await redis.flushdb();
    await database.db.query(`truncate outbox`);
    await relay();
  });
  after(async () => {
    await queues?.close();
    redis?.disconnect();
    await database?.close();
  });

  const relay = async (availability: ProviderAvailability = 'available') => {
    const round = await relayOnce({ db: database.db, queues, provider: { availability: () => availability } });
    return round.delivered;
  };

  /** A command that stands in its queue, and that the relay has delivered so often. */
  async function command(deliveries: number, dueInS: number): Promise<string> {
    const { db } = database;
    await unitOfWork(db, 'test.enqueue', async (tx) => {
      enqueue(tx, queues, { contract: advanceCheckout, payload: { checkoutId: newId(), event: 'START' } });
    });
    const [row] = await db.query<{ id: string }>(
      `update outbox set deliveries = $1, due_at = now() + make_interval(secs => $2) returning id`,
      [deliveries, dueInS],
    );
    const id = row?.id ?? '';
    await waitFor('the command is in its queue', async () => (await jobsOf(id)) === 1);
    return id;
  }

  const jobsOf = (id: string) => redis.exists(`{checkout}:checkout:${id}`);

  it('leaves a command alone that waits in its queue', async () => {
    await command(8, QUARTER_OF_AN_HOUR_S);
    expect(await relay()).to.equal(0);
  });

  it('delivers every command anew when Redis has lost its data', async () => {
    const id = await command(8, QUARTER_OF_AN_HOUR_S);
    await redis.flushdb();
    expect(await relay()).to.equal(1);
    expect(await jobsOf(id)).to.equal(1);
    expect(await relay()).to.equal(0);
  });

  it('delivers every command anew to a server that was started again, as its data may be older', async () => {
    await command(8, QUARTER_OF_AN_HOUR_S);
    await redis.set('vcecom:queues:kept', 'another run');
    expect(await relay()).to.equal(1);
    expect(await relay()).to.equal(0);
  });

  for (const [deliveries, seconds] of [
    [0, 4],
    [1, 8],
    [4, 64],
    [8, 1_024],
    [47, 1_024],
  ] as const) {
    it(`puts a command off by ${seconds} s that was delivered ${deliveries} times`, async () => {
      const { db } = database;
      await command(deliveries, -1);
      const [before] = await db.query<{ now: Date }>(`select now()`);
      expect(await relay()).to.equal(1);
      const [row] = await db.query(
        `select deliveries, due_at >= $1::timestamptz + make_interval(secs => $2) as "notEarlier",
            due_at <= now() + make_interval(secs => $2) as "notLater" from outbox`,
        [before?.now, seconds],
      );
      expect(row).to.deep.equal({ deliveries: deliveries + 1, notEarlier: true, notLater: true });
    });
  }

  describe('with parked commands', () => {
    const parkedFirst = async () =>
      (
        await database.db.query<{ id: string }>(`select id from outbox where parked_at is not null order by parked_at`)
      ).map(({ id }) => id);
    /** Parks so many commands, one after the other. */
    async function park(count: number): Promise<string[]> {
      await database.db.query(
        `insert into outbox (id, queue, name, payload, trace, deliveries, due_at, parked_at, created_at)
          select gen_random_uuid(), 'checkout', 'checkout.advance', '{}', '{}', 1, now() + interval '15 min',
            now() - interval '1 min' + n * interval '1 ms', now() from generate_series(1, $1::int) n`,
        [count],
      );
      return parkedFirst();
    }
    const priorityOf = (id: string) => redis.hget(`{checkout}:checkout:${id}`, 'priority');

    it('leaves them alone while the provider is away, also when Redis has lost its data', async () => {
      const ids = await park(2);
      await redis.flushdb();
      expect(await relay('away')).to.equal(0);
      expect(await parkedFirst()).to.deep.equal(ids);
    });

    it('runs the first of them to try whether the provider is back', async () => {
      const [first = '', ...others] = await park(3);
      await relay('trial');
      expect(await parkedFirst()).to.deep.equal(others);
      await waitFor('it is in its queue', async () => (await jobsOf(first)) === 1);
    });

    it('releases a limited number, to be run after new commands, and soon again if they are lost', async () => {
      const ids = await park(27);
      await relay('available');
      expect(await parkedFirst()).to.deep.equal(ids.slice(25));
      expect(await Promise.all([jobsOf(ids[24] ?? ''), jobsOf(ids[25] ?? '')])).to.deep.equal([1, 0]);
      expect(Number(await priorityOf(ids[0] ?? ''))).to.be.above(0);
      const late = await database.db.query(
        `select from outbox where parked_at is null and due_at > now() + interval '8 s'`,
      );
      expect(late).to.deep.equal([]);
    });

    it('releases one that is overdue only while the provider is available, at the limited rate', async () => {
      const ids = await park(27);
      await database.db.query(`update outbox set due_at = now()`);
      expect(await relay('away')).to.equal(0);
      expect(await parkedFirst()).to.deep.equal(ids);
      expect(await relay('available')).to.equal(0);
      expect(await parkedFirst()).to.deep.equal(ids.slice(25));
    });

    it('leaves one alone whose job may not have left its queue', async () => {
      const ids = await park(1);
      await database.db.query(`update outbox set parked_at = now()`);
      await relay('available');
      expect(await parkedFirst()).to.deep.equal(ids);
    });
  });
});
