import { acknowledge, enqueue } from '../../entities/outbox/outbox.ts';
import {
  countHealing,
  decideDiscrepancy,
  giveUpHealing,
  loadDiscrepancy,
  recordFound,
} from '../../entities/reconciliation/discrepancy.ts';
import { advanceRun, beginRun, findRun, finishRun, lockRun, type Run } from '../../entities/reconciliation/run.ts';
import { isDatabaseDown, isPoolExhausted } from '../../infra/database/database.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, type Handler, handler, noop, type Outcome, snooze } from '../../infra/queue/worker.ts';
import { continueRun, healDiscrepancy, reconcileAll, reconcileRecent } from '../../jobs/reconciliation.ts';
import { ProviderError } from '../../ports/payments/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { type Looked, lookAtCheckouts, lookAtVariants, lookAtWaiting, lookAtWhole } from './phases.ts';
import { type Fetched, fetchEvents, fetchIntents, lookAtEvents, lookAtIntents, lookedOf } from './provider.ts';
import { REMEDIES } from './remedies.ts';

/** How long the end of a run waits for its remedies, in milliseconds; then they go to a person. */
const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 500;

/** Compares all books with each other, a batch at a time, and does about what it finds what is written for it. */
export const reconciliationRunHandlers = (deps: WorkerDeps): Handler[] => [
  handler(reconcileRecent, () => begin(deps, 'recent')),
  handler(reconcileAll, () => begin(deps, 'full')),
  handler(continueRun, async ({ runId }, { commandId, starts }) => {
    const run = await findRun(deps.db.query, runId);
    try {
      // The provider is asked outside of the transaction that writes down what it said.
      const fetched = run && (await fetch(deps, run));
      return await unitOfWork(deps.db, continueRun.name, (tx) => takeFurther(deps, tx, { run, fetched, commandId }));
    } catch (error) {
      if (!run || isDatabaseDown(error) || isPoolExhausted(error) || starts < attemptsFor(error)) throw error;
      observe('reconciliation.phase.failed', { runId, phase: run.phase, ...errorFields(error) });
      return unitOfWork(deps.db, continueRun.name, (tx) => skipPhase(deps, tx, { run, error, commandId }));
    }
  }),
  handler(healDiscrepancy, async ({ discrepancyId }, { commandId }) => {
    const found = await loadDiscrepancy(deps.db.query, discrepancyId);
    const remedy = found && REMEDIES[found.kind];
    const seen = await remedy?.look?.(deps, found as NonNullable<typeof found>);
    return unitOfWork(deps.db, healDiscrepancy.name, async (tx) => {
      if (!(await acknowledge(tx, commandId)) || !found) return noop('done before');
      const action = remedy ? await remedy.heal(deps, tx, { ...found, ...seen, cause: commandId }) : null;
      await decideDiscrepancy(tx, found.id, { healed: action !== null, action: action ?? 'the rule does not fit' });
      tx.afterCommit(() => observe('discrepancy.decided', { id: found.id, kind: found.kind, action }));
      return done;
    });
  }),
];

const begin = ({ db, queues }: WorkerDeps, kind: Run['kind']): Promise<Outcome> =>
  unitOfWork(db, 'reconciliation.begin', async (tx) => {
    const runId = await beginRun(tx, { kind, startedBy: 'schedule' });
    if (runId === undefined) return noop('another run goes on');
    enqueue(tx, queues, { contract: continueRun, payload: { runId } });
    return done;
  });

async function fetch(deps: WorkerDeps, run: Run): Promise<Fetched | undefined> {
  if (run.phase === 'events') return fetchEvents(deps, run);
  return run.phase === 'intents' ? fetchIntents(deps, run) : undefined;
}

interface Step {
  run: Run | undefined;
  fetched: Fetched | undefined;
  commandId: string;
}

async function takeFurther(deps: WorkerDeps, tx: Tx, { run, fetched, commandId }: Step): Promise<Outcome> {
  if (!run || !(await lockRun(tx, run))) {
    await acknowledge(tx, commandId);
    return noop('done before');
  }
  if (run.phase === 'settle') return settle(tx, { run, commandId });
  await acknowledge(tx, commandId);
  const { found, checked, cursor } = await look(deps, tx, { run, fetched });
  for (const discrepancyId of await recordFound(tx, run.id, found)) {
    enqueue(tx, deps.queues, { contract: healDiscrepancy, payload: { discrepancyId } });
  }
  for (const { kind, facts } of found) observe('discrepancy.found', { kind, ...idsOf(facts) });
  await advanceRun(tx, run, { cursor, checked });
  enqueue(tx, deps.queues, { contract: continueRun, payload: { runId: run.id } });
  return done;
}

async function look(deps: WorkerDeps, tx: Tx, { run, fetched }: Pick<Step, 'fetched'> & { run: Run }): Promise<Looked> {
  if (fetched && 'events' in fetched) {
    return lookedOf(fetched, await lookAtEvents(deps, tx, fetched.events), fetched.events.length);
  }
  if (fetched) return lookedOf(fetched, await lookAtIntents(tx, fetched), fetched.intents.length);
  if (run.phase === 'checkouts') return lookAtCheckouts(tx, run);
  if (run.phase === 'variants') return lookAtVariants(tx, run);
  return run.phase === 'whole' ? lookAtWhole(tx) : lookAtWaiting(tx);
}

/** A provider that is away is asked again for a minute, as jobs are put off by five seconds; other errors come again. */
const attemptsFor = (error: unknown): number => (error instanceof ProviderError ? 12 : 3);

/** A phase that fails again and again ends itself, not the run: a person is told, the next phase begins. */
async function skipPhase(
  { queues }: WorkerDeps,
  tx: Tx,
  { run, error, commandId }: { run: Run; error: unknown; commandId: string },
): Promise<Outcome> {
  await acknowledge(tx, commandId);
  if (!(await lockRun(tx, run))) return noop('done before');
  const facts = { phase: run.phase, ...errorFields(error) };
  await recordFound(tx, run.id, [{ kind: 'reconciliation.phase-failed', facts }]);
  const goesOn = await advanceRun(tx, run, { cursor: null, checked: 0 });
  if (goesOn) enqueue(tx, queues, { contract: continueRun, payload: { runId: run.id } });
  else await finishRun(tx, run);
  return done;
}

/** A run is over when its remedies are. */
async function settle(tx: Tx, { run, commandId }: { run: Run; commandId: string }): Promise<Outcome> {
  const waited = tx.now.getTime() - run.updatedAt.getTime();
  if ((await countHealing(tx, run.id)) > 0) {
    if (waited < PATIENCE_MS) return snooze(LOOK_AGAIN_MS);
    await giveUpHealing(tx, run.id);
  }
  await acknowledge(tx, commandId);
  await finishRun(tx, run);
  tx.afterCommit(() => observe('reconciliation.done', { runId: run.id, kind: run.kind }));
  return done;
}

const idsOf = (facts: object): object =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => name === 'id' || name.endsWith('Id')));
