import { expect } from 'chai';
import { findRun, ReconciliationRun } from '../../src/entities/reconciliation/run.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { logger } from '../../src/infra/observability/log.ts';
import type { Queues } from '../../src/infra/queue/queue.ts';
import { continueRun } from '../../src/jobs/reconciliation.ts';
import { type PaymentProvider, ProviderError } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { reconciliationRunHandlers } from '../../src/workers/reconciliation/reconciliation.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

describe('a phase of a reconciliation that fails again and again', () => {
  let database: FreshDatabase;
  let runId: string;
  before(async () => {
    logger.silent = true;
    database = await freshDatabase();
  });
  beforeEach(async () => {
    await database.db.query('truncate reconciliation_runs, discrepancies, outbox');
    runId = await unitOfWork(database.db, 'test', async (tx) => {
      const id = (await ReconciliationRun.start(tx, { kind: 'recent', startedBy: 'test' })) ?? '';
      await tx.query(`update reconciliation_runs set phase = 'events' where id = $1`, [id]);
      return id;
    });
  });
  after(async () => {
    logger.silent = false;
    await database.close();
  });

  /** What a worker does that begins the job for the so-manieth time, with a provider that fails. */
  async function attempt(error: Error, starts: number): Promise<string> {
    const provider: Partial<PaymentProvider> = {
      events() {
        throw error;
      },
    };
    const queues: Partial<Queues> = { dispatch: () => undefined };
    const deps: Partial<WorkerDeps> = {
      db: database.db,
      provider: provider as PaymentProvider,
      queues: queues as Queues,
    };
    const job = reconciliationRunHandlers(deps as WorkerDeps).find(({ name }) => name === continueRun.name);
    const context = { commandId: runId, isTakeover: false, starts, progress: () => undefined };
    const outcome = await job?.run({ runId }, context).catch((thrown: Error) => thrown);
    return outcome instanceof Error ? 'thrown' : (outcome?.kind ?? 'none');
  }
  const phase = async () => (await findRun(database.db.query, runId))?.phase;

  it('ends itself and not the run, and a person is told which it was', async () => {
    expect(await attempt(new Error('a bug'), 2)).to.equal('thrown');
    expect(await phase()).to.equal('events');
    expect(await attempt(new Error('a bug'), 3)).to.equal('done');
    expect(await phase()).to.equal('intents');
    const found = await database.db.query(`select kind, state, facts ->> 'phase' as phase from discrepancies`);
    expect(found).to.deep.equal([{ kind: 'reconciliation.phase-failed', state: 'person', phase: 'events' }]);
    const commands = await database.db.query(`select payload ->> 'runId' as "runId" from outbox`);
    expect(commands).to.deep.equal([{ runId }]);
  });

  it('waits a minute for a provider that is away, and for ever for the database', async () => {
    const away = new ProviderError('not_sent', 'HTTP_503');
    expect(await attempt(away, 11)).to.equal('thrown');
    expect(await attempt(away, 12)).to.equal('done');
    const down = Object.assign(new Error('down'), { code: '57P03' });
    await database.db.query(`update reconciliation_runs set phase = 'events'`);
    expect(await attempt(down, 100)).to.equal('thrown');
    expect(await phase()).to.equal('events');
  });
});
