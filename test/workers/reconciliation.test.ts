import { expect } from 'chai';
import { findRun, ReconciliationRun, type Run } from '../../src/entities/reconciliation/run.ts';
import { invariantsIn } from '../../src/entities/reconciliation/scopes.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { logger } from '../../src/infra/observability/log.ts';
import type { Queues } from '../../src/infra/queue/queue.ts';
import { continueRun } from '../../src/jobs/reconciliation.ts';
import { type PaymentProvider, ProviderError } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { inspectWhole } from '../../src/workers/reconciliation/phases.ts';
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
    const [run] = await database.db.query(`select checked from reconciliation_runs`);
    expect(run).to.deep.equal({ checked: {} });
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

describe('a reconciliation run', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  beforeEach(() => database.db.query('truncate reconciliation_runs, discrepancies, outbox'));
  after(() => database.close());

  const inTransaction = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => unitOfWork(database.db, 'test', work);
  const start = (kind: Run['kind']) => inTransaction((tx) => ReconciliationRun.start(tx, { kind, startedBy: 'test' }));
  const hoursAgo = (at: Date | undefined): number => Math.round((Date.now() - (at?.getTime() ?? 0)) / 3_600_000);

  const ALL_CHECKED = { waiting: 1, checkouts: 0, variants: 0, events: 0, intents: 0 };
  /** A run that began and ended so many hours ago. */
  const past = (hours: number, phase = 'settle', checked: object = ALL_CHECKED) =>
    database.db.query(
      `insert into reconciliation_runs (id, kind, started_by, state, phase, checked, since, started_at, updated_at, finished_at)
        select gen_random_uuid(), 'recent', 'test', 'done', $2, $3, at, at, at, at from (select now() - make_interval(hours => $1)) as t (at)`,
      [hours, phase, JSON.stringify(checked)],
    );

  /** The start of what a new run checks, in hours before now. */
  async function lookbackOf(kind: Run['kind']): Promise<number> {
    const run = await findRun(database.db.query, (await start(kind)) ?? '');
    return hoursAgo(run?.since);
  }

  it('checks two days at first, later what began since six hours before the last one that ended', async () => {
    expect(await lookbackOf('recent')).to.equal(48);
    await database.db.query('truncate reconciliation_runs cascade');
    await past(80);
    await past(60, 'given up');
    await past(50, 'settle', { ...ALL_CHECKED, events: undefined });
    expect(await lookbackOf('recent')).to.equal(86);
  });

  it('goes back no further than the events of the provider, and so far when it checks everything', async () => {
    await past(24 * 40);
    expect(await lookbackOf('recent')).to.equal(24 * 30);
    await database.db.query('truncate reconciliation_runs cascade');
    await past(1);
    expect(await lookbackOf('full')).to.equal(24 * 30);
  });

  it('goes on where it stopped, if it checks everything; another one is given up', async () => {
    for (const kind of ['full', 'recent'] as const) {
      await database.db.query('truncate reconciliation_runs cascade');
      const id = (await start(kind)) ?? '';
      const resume = () => inTransaction((tx) => ReconciliationRun.resume(tx));
      expect(await resume()).to.equal(undefined);
      await database.db.query(
        `update reconciliation_runs set phase = 'variants', cursor = 'c', updated_at = now() - interval '31 min'`,
      );
      expect(await resume()).to.equal(kind === 'full' ? id : undefined);
      expect(await resume()).to.equal(undefined);
      const { phase, cursor } = (await findRun(database.db.query, id)) ?? {};
      expect([phase, cursor]).to.deep.equal(['variants', 'c']);
      expect(await start('recent')).to.be.a(kind === 'full' ? 'undefined' : 'string');
    }
  });

  it('is given up when it was taken over twice and still stands', async () => {
    const id = (await start('full')) ?? '';
    const resume = () => inTransaction((tx) => ReconciliationRun.resume(tx));
    for (const expected of [id, id, undefined]) {
      await database.db.query(
        `insert into outbox (id, queue, name, payload, trace, deliveries, due_at, created_at)
          values (gen_random_uuid(), 'q', 'n', jsonb_build_object('runId', $1::text), '{}', 0, now(), now())`,
        [id],
      );
      await database.db.query(`update reconciliation_runs set updated_at = now() - interval '31 min'`);
      expect(await resume()).to.equal(expected);
    }
    expect(await start('recent')).to.be.a('string');
    expect(await findRun(database.db.query, id)).to.equal(undefined);
  });

  it('checks whole tables one invariant at a time', async () => {
    const checked: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      ({ cursor } = await inTransaction((tx) => inspectWhole(tx, { cursor })));
      checked.push(cursor);
    } while (cursor !== null);
    const whole = invariantsIn('whole').filter(({ parts }) => parts === undefined || parts.others !== undefined);
    expect(checked).to.deep.equal([...whole.slice(0, -1).map(({ name }) => name), null]);
  });
});
