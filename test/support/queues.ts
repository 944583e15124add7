import { Queue } from 'bullmq';
import { type JobKind, queuePrefix } from '../../src/infra/queue/queue.ts';
import { waitFor } from './wait-for.ts';

/** Lets the queue of a job rest. Resolves when nothing of it is under way, with how to let it go on. */
export async function rest(redisUrl: string, { queue }: Pick<JobKind, 'queue'>): Promise<() => Promise<void>> {
  const resting = new Queue(queue, { connection: { url: redisUrl }, prefix: queuePrefix(queue) });
  await resting.pause();
  await waitFor(`${queue} rests`, async () => (await resting.getActiveCount()) === 0);
  return async () => {
    await resting.resume();
    await resting.close();
  };
}
