import { expect } from 'chai';
import { z } from 'zod';
import { newId } from '../../src/infra/ids.ts';
import { openExecutor } from '../../src/infra/queue/executor.ts';
import { done, handler, type JobOutcome, parked, snooze } from '../../src/infra/queue/handler.ts';
import { type Command, type JobContract, openQueues, type Queues } from '../../src/infra/queue/queue.ts';
import { startWorker } from '../../src/infra/queue/worker.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { recordFacts } from '../support/facts.ts';
import { waitFor } from '../support/wait-for.ts';

const contract: JobContract<object> = {
  queue: 'tries',
  name: 'tries.try',
  payload: z.object({}),
  options: { attempts: 10, backoff: { type: 'fixed', delay: 1 } },
};
const DOWN = new Error('the database is away');

describe('a job that is begun again', () => {
  let redis: RedisClient;
  let consumer: RedisClient;
  let queues: Queues;
  before(async () => {
    // A queue of its own, among all that use this server.
    const url = new URL('/11', process.env.TEST_REDIS_URL).href;
    [redis, consumer] = [openRedis(url, 'produce'), openRedis(url, 'consume')];
    await waitFor('Redis', () => redis.status === 'ready');
    queues = openQueues([contract], redis);
  });
  after(async () => {
    await queues?.close();
    redis?.disconnect();
    consumer?.disconnect();
  });

  const whenUnavailable = (error: unknown) => (error === DOWN ? 1 : null);
  const workerOptions = () => ({ queue: contract.queue, connection: consumer, concurrency: 1, whenUnavailable });
  const trace = { requestId: 'test', traceparent: '' };
  const command = (id: string): Command => ({ id, queue: contract.queue, name: contract.name, payload: {}, trace });

  /** @returns whether each start of the job was told that it takes over from another */
  async function takeoversIn(ends: (() => JobOutcome)[], isRedelivered = false): Promise<boolean[]> {
    const takeovers: boolean[] = [];
    const facts = recordFacts();
    const last = Promise.withResolvers<void>();
    const run = async (_: object, { isTakeover }: { isTakeover: boolean }): Promise<JobOutcome> => {
      takeovers.push(isTakeover);
      const end = ends.shift();
      if (ends.length === 0) last.resolve();
      return end?.() ?? done;
    };
    const { worker } = startWorker([handler(contract, run)], workerOptions());
    try {
      await queues.deliver([{ ...command(newId()), isRedelivered }]);
      await last.promise;
    } finally {
      await worker.close();
      facts.stop();
    }
    return takeovers;
  }

  const puts = () => snooze(1);
  const throws =
    (error = new Error('on purpose')) =>
    () => {
      throw error;
    };

  it('takes over from nobody when the start before was put off', async () => {
    expect(await takeoversIn([puts, puts, puts, () => done])).to.deep.equal([false, false, false, false]);
  });

  it('takes over from a start that threw, also while a server was away', async () => {
    expect(await takeoversIn([throws(), puts, throws(DOWN), () => done])).to.deep.equal([false, true, false, true]);
  });

  it('takes over from whoever had it before Redis lost it, once', async () => {
    expect(await takeoversIn([puts, puts, () => done], true)).to.deep.equal([true, false, false]);
  });

  it('leaves its queue when it is parked, so that its command can be added again', async () => {
    const id = newId();
    for (const isBacklog of [false, true]) {
      const { promise: started, resolve } = Promise.withResolvers<boolean>();
      const run = async (_: object, { isTakeover }: { isTakeover: boolean }): Promise<JobOutcome> => {
        resolve(isTakeover);
        return parked('the provider is away');
      };
      const { worker } = startWorker([handler(contract, run)], workerOptions());
      await queues.deliver([{ ...command(id), isBacklog }]);
      expect(await started).to.equal(false);
      await worker.close();
      expect(await redis.exists(`{tries}:tries:${id}`)).to.equal(0);
    }
  });

  it('is begun after new ones when it waited in the outbox, not when it was lost', async () => {
    const [redelivered, released, fresh] = [newId(), newId(), newId()];
    await queues.deliver([{ ...command(redelivered), isRedelivered: true }]);
    await queues.deliver([{ ...command(released), isBacklog: true }]);
    await queues.deliver([command(fresh)]);
    const order: string[] = [];
    const { promise: last, resolve } = Promise.withResolvers<void>();
    const run = async (_: object, { commandId }: { commandId: string }): Promise<JobOutcome> => {
      if (order.push(commandId) === 3) resolve();
      return done;
    };
    const { worker } = startWorker([handler(contract, run)], workerOptions());
    await last;
    await worker.close();
    expect(order).to.deep.equal([redelivered, fresh, released]);
  });

  it('is left by a worker that does not know it to one of a newer release', async () => {
    const facts = recordFacts();
    const ended = Promise.withResolvers<boolean>();
    const run = async (_: object, { isTakeover }: { isTakeover: boolean }): Promise<JobOutcome> => {
      ended.resolve(isTakeover);
      return done;
    };
    const options = { queue: contract.queue, connection: consumer, concurrency: 1, whenUnavailable: () => null };
    const { worker: older } = startWorker([], options);
    const trace = { requestId: 'test', traceparent: '' };
    await queues.deliver([{ id: newId(), queue: contract.queue, name: contract.name, payload: {}, trace }]);
    await waitFor('the older worker has met it', () => facts.of('job.unknown').length > 0);
    await older.close();
    const { worker: newer } = startWorker([handler(contract, run)], options);
    expect(await ended.promise).to.equal(false);
    await newer.close();
    facts.stop();
  });

  it('is a dead letter when no worker has known it for ten minutes', async () => {
    const { execute } = openExecutor([], () => null);
    const start = (starts: number, isTakeover = false) =>
      execute({
        ...{ name: 'tries.new', payload: {}, trace: { requestId: 'test', traceparent: '' }, waitedMs: undefined },
        ...{ commandId: 'a', isTakeover, starts, progress: () => undefined },
      }).catch(({ message }: Error) => message);
    expect(await start(300)).to.deep.equal({ outcome: snooze(2_000), isRegularEnd: true });
    // The next start must learn that another worker may still be running it.
    expect(await start(2, true)).to.include({ isRegularEnd: false });
    expect(await start(301)).to.equal('no handler for tries.new');
  });
});
