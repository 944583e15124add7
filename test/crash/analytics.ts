import { Queue } from 'bullmq';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { addUpAnalytics, recountAnalytics } from '../../src/jobs/reconciliation.ts';
import { byCard, type Scenario } from './scenarios.ts';

/** Orders are added up and counted again while somebody buys. */
export const whileAnalyticsAreAddedUp: Scenario = {
  ...byCard,
  name: 'card, while analytics are added up',
  act: async (at, prepared) => {
    const { queue } = addUpAnalytics;
    const connection = { url: at.harness.redis.url };
    const jobs = new Queue(queue, { connection, prefix: queuePrefix(queue) });
    for (const { name } of [addUpAnalytics, recountAnalytics]) await jobs.add(name, {}, { removeOnComplete: true });
    await jobs.close();
    return byCard.act(at, prepared);
  },
};
