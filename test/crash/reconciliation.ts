import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { processProviderEvents } from '../../src/jobs/payments.ts';
import { reconcileAll, reconcileRecent } from '../../src/jobs/reconciliation.ts';
import { rest } from '../support/queues.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStaff, signInStaff } from './people.ts';
import { byCard, PATIENCE_MS, type Scenario, unheard } from './scenarios.ts';

/** The money came and nobody told us: a run that staff start finds it, and the purchase goes on. */
export const foundByARun: Scenario = {
  ...unheard,
  name: 'found by a reconciliation',
  prepare: async (at) => {
    await openStaff(at.harness);
    return unheard.prepare(at);
  },
  act: async ({ harness }, waiting) => {
    if (!waiting) throw new Error('this scenario prepares a checkout');
    // The event of the payment, which the run takes in first, would otherwise be worked on before the payments are compared.
    const goOn = await rest(harness.redis.url, processProviderEvents);
    const { accessToken } = await signInStaff(harness);
    const request = { accessToken, body: { kind: 'recent' }, headers: { 'idempotency-key': randomUUID() } };
    const start = async () => {
      const answer = await harness.shop.ask('POST', '/../admin/reconciliation/runs', request).catch(() => undefined);
      return answer?.status === 202;
    };
    await waitFor('a run begins', start, PATIENCE_MS);
    const found = `select from discrepancies where kind = 'provider.success-missed' and facts ->> 'checkoutId' = $1`;
    await waitFor(
      'the run finds it',
      async () => (await harness.books.query(found, [waiting.id])).length > 0,
      PATIENCE_MS,
    );
    await goOn();
    const settled = await harness.shop.settled(waiting, PATIENCE_MS);
    const running = `select 1 from reconciliation_runs where state = 'running'`;
    await waitFor('the run is over', async () => (await harness.books.query(running)).length === 0, PATIENCE_MS);
    return settled;
  },
};

/** Runs begin by their schedule while somebody buys. */
export const whileRunsBegin: Scenario = {
  ...byCard,
  name: 'card, while runs begin',
  act: async (at, prepared) => {
    const { queue } = reconcileRecent;
    const connection = { url: at.harness.redis.url };
    const runs = new Queue(queue, { connection, prefix: queuePrefix(queue) });
    for (const { name } of [reconcileRecent, reconcileAll]) await runs.add(name, {}, { removeOnComplete: true });
    await runs.close();
    return byCard.act(at, prepared);
  },
};
