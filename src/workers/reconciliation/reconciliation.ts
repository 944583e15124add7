import { acknowledge, enqueue } from '../../entities/outbox/outbox.ts';
import {
  countHealing,
  Discrepancy,
  giveUpHealing,
  loadDiscrepancy,
  recordFound,
} from '../../entities/reconciliation/discrepancy.ts';
import { findRun, ReconciliationRun, type Run } from '../../entities/reconciliation/run.ts';
import { advanceOpenings } from '../../entities/verification/checkpoint.ts';
import { isDatabaseDown, isPoolExhausted } from '../../infra/database/database.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, handler, type JobOutcome, noop, snooze } from '../../infra/queue/handler.ts';
import { continueRun, healDiscrepancy, reconcileAll, reconcileRecent } from '../../jobs/reconciliation.ts';
import { ProviderError } from '../../ports/payments/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { inspectCheckouts, inspectVariants, inspectWaiting, inspectWhole, type PhaseResult } from './phases.ts';
import { type Fetched, fetchEvents, fetchIntents, inspectIntents, phaseResult, repairEvents } from './provider.ts';
import { REPAIRS } from './repairs.ts';

/** How long the end of a run waits for its repairs, in milliseconds. Then open discrepancies go to a person. */
const REPAIR_TIMEOUT_MS = 120_000;
const CHECK_AGAIN_MS = 500;

/**
 * Compares our records with each other and with the provider, in batches, and repairs each discrepancy that has a rule.
 */
export const reconciliationRunHandlers = (deps: WorkerDeps) => [
  handler(reconcileRecent, () => begin(deps, 'recent')),
  handler(reconcileAll, () => begin(deps, 'full')),
  handler(continueRun, async ({ runId }, { commandId, starts }) => {
    const run = await findRun(deps.db.query, runId);
    try {
      // Calls to the provider stay outside of the transaction.
      const fetched = run && (await fetch(deps, run));
      return await unitOfWork(deps.db, continueRun.name, (tx) => runStep(deps, tx, { run, fetched, commandId }));
    } catch (error) {
      if (!run || isDatabaseDown(error) || isPoolExhausted(error) || starts < attemptsFor(error)) throw error;
      observe('reconciliation.phase.failed', { runId, phase: run.phase, ...errorFields(error) });
      return unitOfWork(deps.db, continueRun.name, (tx) => skipPhase(deps, tx, { run, error, commandId }));
    }
  }),
  handler(healDiscrepancy, async ({ discrepancyId }, { commandId }) => {
    const discrepancy = await loadDiscrepancy(deps.db.query, discrepancyId);
    const rule = discrepancy && REPAIRS[discrepancy.kind];
    const inspected = discrepancy && { ...discrepancy, ...(await rule?.inspect?.(deps, discrepancy)) };
    if (inspected) await rule?.repairOutside?.(deps, inspected);
    return unitOfWork(deps.db, healDiscrepancy.name, async (tx) => {
      if (!(await acknowledge(tx, commandId)) || !inspected) return noop('done before');
      const action = rule ? await rule.repair(deps, tx, { ...inspected, cause: commandId }) : null;
      const recorded = await tx.lock(Discrepancy, { id: discrepancy.id });
      if (recorded?.state === 'healing') recorded.recordRepair(action, tx.now);
      tx.afterCommit(() => observe('discrepancy.decided', { id: discrepancy.id, kind: discrepancy.kind, action }));
      return done;
    });
  }),
];

const begin = ({ db, queues }: WorkerDeps, kind: Run['kind']): Promise<JobOutcome> =>
  unitOfWork(db, 'reconciliation.begin', async (tx) => {
    const runId =
      (await ReconciliationRun.resume(tx)) ?? (await ReconciliationRun.start(tx, { kind, startedBy: 'schedule' }));
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

async function runStep(deps: WorkerDeps, tx: Tx, { run, fetched, commandId }: Step): Promise<JobOutcome> {
  const locked = run && (await ReconciliationRun.lock(tx, run));
  if (!locked) {
    await acknowledge(tx, commandId);
    return noop('done before');
  }
  if (run.phase === 'settle') return settle(tx, { run: locked, commandId });
  const { found, checked, cursor } = await runPhase(deps, tx, { run, fetched });
  // After the long statements: it locks the outbox, for which a migration would wait.
  await acknowledge(tx, commandId);
  for (const discrepancyId of await recordFound(tx, run.id, found)) {
    enqueue(tx, deps.queues, { contract: healDiscrepancy, payload: { discrepancyId } });
  }
  tx.afterCommit(() => {
    for (const { kind, facts } of found) observe('discrepancy.found', { kind, ...idsOf(facts) });
  });
  locked.advance({ cursor, checked }, tx.now);
  enqueue(tx, deps.queues, { contract: continueRun, payload: { runId: run.id } });
  return done;
}

async function runPhase(
  deps: WorkerDeps,
  tx: Tx,
  { run, fetched }: Pick<Step, 'fetched'> & { run: Run },
): Promise<PhaseResult> {
  if (fetched && 'events' in fetched) {
    return phaseResult(fetched, await repairEvents(deps, tx, fetched.events), fetched.events.length);
  }
  if (fetched) return phaseResult(fetched, await inspectIntents(tx, fetched), fetched.intents.length);
  if (run.phase === 'checkouts') return inspectCheckouts(tx, run);
  if (run.phase === 'variants') return inspectVariants(tx, run);
  return run.phase === 'whole' ? inspectWhole(tx, run) : inspectWaiting(tx);
}

/**
 * Attempts before a phase is skipped: one minute for provider outages, as each attempt is delayed by 5 s; else three.
 */
const attemptsFor = (error: unknown): number => (error instanceof ProviderError ? 12 : 3);

/** Skips a phase that keeps failing: records a discrepancy for a person and continues the run with the next phase. */
async function skipPhase(
  { queues }: WorkerDeps,
  tx: Tx,
  { run, error, commandId }: { run: Run; error: unknown; commandId: string },
): Promise<JobOutcome> {
  await acknowledge(tx, commandId);
  const locked = await ReconciliationRun.lock(tx, run);
  if (!locked) return noop('done before');
  const facts = { phase: run.phase, ...errorFields(error) };
  await recordFound(tx, run.id, [{ kind: 'reconciliation.phase-failed', facts }]);
  const hasNextPhase = locked.skipPhase(tx.now);
  if (hasNextPhase) enqueue(tx, queues, { contract: continueRun, payload: { runId: run.id } });
  else await locked.finish(tx);
  return done;
}

/** Finishes the run when all its repairs are done, or after the timeout. */
async function settle(tx: Tx, { run, commandId }: { run: ReconciliationRun; commandId: string }): Promise<JobOutcome> {
  const waited = tx.now.getTime() - run.updatedAt.getTime();
  if ((await countHealing(tx, run.id)) > 0) {
    if (waited < REPAIR_TIMEOUT_MS) return snooze(CHECK_AGAIN_MS);
    await giveUpHealing(tx, run.id);
  }
  // The run has compared the opening balances and the levels with all movements, unless that failed.
  if (run.kind === 'full' && run.checked.variants !== undefined) await advanceOpenings(tx.query, tx.now);
  // After the long statements, as in each step.
  await acknowledge(tx, commandId);
  await run.finish(tx);
  tx.afterCommit(() => observe('reconciliation.done', { runId: run.id, kind: run.kind }));
  return done;
}

const idsOf = (facts: object): object =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => name === 'id' || name.endsWith('Id')));
