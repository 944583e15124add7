import { expect } from 'chai';
import type { Queues } from '../../src/infra/queue/queue.ts';
import { processProviderEvents } from '../../src/jobs/payments.ts';
import { sweep } from '../../src/jobs/reconciliation.ts';
import type { PaymentProvider } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { sweepHandlers } from '../../src/workers/reconciliation/sweeper.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { recordFacts } from '../support/facts.ts';
import { noVersions } from '../support/nothing-kept.ts';

describe('a rule of the sweeper that fails', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database?.close());

  it('blocks neither the other rules nor what follows them', async () => {
    const { query } = database.db;
    await query('alter table documents_due rename to broken');
    await query(`insert into webhook_inbox (provider, event_id, type, created_at, due_at, received_at)
      values ('stripe', 'evt_1', 'refund.updated', now(), now() - interval '1 minute', now())`);
    await query(`insert into cache_invalidations (name) values ('bundles')`);
    await query(`insert into idempotency_keys (scope, key, request_hash, status, headers, body, created_at)
      values ('s', 'k', 'h', 200, '{}', '""', now() - interval '2 days')`);
    const nudged: string[] = [];
    const queues: Partial<Queues> = { nudge: ({ name }) => nudged.push(name) };
    const provider: Partial<PaymentProvider> = { availability: () => 'available' };
    const deps: Partial<WorkerDeps> = {
      db: database.db,
      queues: queues as Queues,
      versions: noVersions,
      provider: provider as PaymentProvider,
    };
    const job = sweepHandlers(deps as WorkerDeps).find(({ name }) => name === sweep.name);
    const facts = recordFacts();
    const context = { commandId: '1', isTakeover: false, starts: 1, progress: () => undefined };
    const outcome = await job?.run({}, context).finally(() => facts.stop());
    expect(outcome?.kind).to.equal('done');
    expect(facts.of('sweeper.failed').map(({ rule }) => rule)).to.deep.equal(['find', 'document.due']);
    expect(nudged).to.deep.equal([processProviderEvents.name]);
    for (const table of ['cache_invalidations', 'idempotency_keys'])
      expect(await query(`select from ${table}`), table).to.deep.equal([]);
  });
});
