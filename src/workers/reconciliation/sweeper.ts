import { preparePartitionsFor } from '../../entities/monthly-tables.ts';
import { publishInvalidations } from '../../entities/outbox/cache-invalidations.ts';
import { isDatabaseDown } from '../../infra/database/database.ts';
import { type Found, findsRows } from '../../infra/database/finds-rows.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, handler } from '../../infra/queue/handler.ts';
import { preparePartitions, sweep } from '../../jobs/reconciliation.ts';
import type { WorkerDeps } from '../deps.ts';
import { enforceRetention } from '../maintenance/retention.ts';
import { STUCK_WORK, type StuckWork } from './stuck-work.ts';

/** Rows per rule and round, to keep each round short beside live traffic. The next round continues. */
const BATCH = 200;

/** The scheduled maintenance. A missed or duplicate run is harmless, because the rows decide what to do. */
export const sweepHandlers = (deps: WorkerDeps) => [
  handler(sweep, async () => {
    const stuck = await findStuck(deps).catch(everyRule);
    for (const rule of STUCK_WORK) {
      if (!stuck.has(rule.name)) continue;
      if (rule.needsProvider && deps.provider.availability() === 'away') continue;
      // A failing rule must not block the others.
      await resumeStuck(deps, rule).catch((error) =>
        observe('sweeper.failed', { rule: rule.name, ...errorFields(error) }),
      );
    }
    await publishInvalidations(deps.db, deps.versions);
    await enforceRetention(deps);
    return done;
  }),
  handler(preparePartitions, async () => {
    await preparePartitionsFor(deps.db, new Date());
    return done;
  }),
];

const FIND_STUCK = findsRows(STUCK_WORK.map(({ sql, find = sql }) => find));

/** The names of the rules with stuck rows. Mostly there are none, and one statement is cheaper than a transaction for each rule. */
export async function findStuck({ db }: Pick<WorkerDeps, 'db'>): Promise<Set<string>> {
  const [row] = await db.query<Found>(FIND_STUCK, [BATCH]);
  return new Set(STUCK_WORK.filter((_, index) => row?.found[index]).map(({ name }) => name));
}

/** When the statement of one rule fails, that of all rules fails: then each is tried, and the others go on. */
function everyRule(error: unknown): Set<string> {
  if (isDatabaseDown(error)) throw error;
  observe('sweeper.failed', { rule: 'find', ...errorFields(error) });
  return new Set(STUCK_WORK.map(({ name }) => name));
}

/** Finds the rows of a rule and enqueues the commands that move them on, in one transaction. */
const resumeStuck = (deps: WorkerDeps, rule: StuckWork): Promise<void> =>
  unitOfWork(deps.db, 'sweeper.heal', async (tx) => {
    const rows = await tx.query<{ id: string }>(rule.sql, [BATCH]);
    for (const row of rows) rule.resume(deps, tx, row);
    if (rows.length > 0) observe('sweeper.found', { rule: rule.name, count: rows.length });
  });
