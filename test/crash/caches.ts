import { Queue } from 'bullmq';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { decayPopularity, warmCaches } from '../../src/jobs/caches.ts';
import { byCard, type Scenario } from './scenarios.ts';

/** What nobody waits for is done beside a purchase, and may be killed. */
export const whileCachesAreWarmed: Scenario = {
  ...byCard,
  name: 'card, while caches are warmed',
  act: async (at, prepared) => {
    const { queue } = warmCaches;
    const caches = new Queue(queue, { connection: { url: at.harness.redis.url }, prefix: queuePrefix(queue) });
    await caches.addBulk([warmCaches, decayPopularity].map(({ name }) => ({ name, data: {} })));
    const bought = await byCard.act(at, prepared);
    await caches.close();
    return bought;
  },
};
