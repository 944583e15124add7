import { expect } from 'chai';
import { z } from 'zod';
import { newId } from '../../src/infra/ids.ts';
import { done, handler, type JobOutcome } from '../../src/infra/queue/handler.ts';
import { type JobContract, openQueues } from '../../src/infra/queue/queue.ts';
import { recoverStalledJobs } from '../../src/infra/queue/stalled-jobs.ts';
import { startWorker } from '../../src/infra/queue/worker.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { waitFor } from '../support/wait-for.ts';

const contract: JobContract<object> = { queue: 'lost', name: 'lost.try', payload: z.object({}), options: {} };

describe('a job whose worker was killed', () => {
  it('is started by another worker once its lock has expired', async () => {
    // A database of its own, among all that use this server.
    const url = new URL('/12', process.env.TEST_REDIS_URL).href;
    const [redis, consumer] = [openRedis(url, 'produce'), openRedis(url, 'consume')];
    await waitFor('Redis', () => redis.status === 'ready');
    const queues = openQueues([contract], redis);
    const options = { queue: contract.queue, connection: consumer, concurrency: 1, whenUnavailable: () => null };
    const takeovers: boolean[] = [];
    const id = newId();
    const start = (end: Promise<JobOutcome>) =>
      startWorker(
        [
          handler(contract, async (_, { isTakeover }) => {
            takeovers.push(isTakeover);
            return end;
          }),
        ],
        options,
      ).worker;
    const killed = start(new Promise(() => undefined));
    await queues.deliver([
      { id, queue: contract.queue, name: contract.name, payload: {}, trace: { requestId: 'r', traceparent: '' } },
    ]);
    await waitFor('it runs', () => takeovers.length === 1);
    await killed.close(true);
    const worker = start(Promise.resolve(done));
    const stop = recoverStalledJobs([worker], queues);
    try {
      await waitFor('a check has noted it', async () => (await redis.sismember('{lost}:lost:stalled', id)) === 1);
      expect(takeovers).to.deep.equal([false]);
      // As if the four seconds of the lock had passed.
      await redis.del(`{lost}:lost:${id}:lock`);
      await waitFor('it runs again', () => takeovers.length === 2);
      expect(takeovers).to.deep.equal([false, true]);
    } finally {
      stop();
      await worker.close();
      await queues.close();
      redis.disconnect();
      consumer.disconnect();
    }
  });
});
