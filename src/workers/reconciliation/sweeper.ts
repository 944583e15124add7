import { preparePartitionsFor } from '../../entities/monthly-tables.ts';
import { publishInvalidations } from '../../entities/outbox/cache-invalidations.ts';
import { CHECKOUTS_TO_ANONYMISE, CHECKOUTS_TO_DELETE } from '../../entities/retention/ended-checkouts.ts';
import { FIND_EXPIRED } from '../../entities/retention/expired-rows.ts';
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

/** What a round looks for besides stuck work. */
const INVALIDATION = 'cache.invalidated';
export const RETENTION = 'retention.over';

/** The maintenance. A missed or duplicate run is harmless, because the rows decide what to do. */
export const sweepHandlers = (deps: WorkerDeps) => [
  handler(sweep, async () => {
    const due = await findDue(deps, DUE_WORK.urgent);
    for (const rule of STUCK_WORK) {
      if (!due.has(rule.name)) continue;
      if (rule.needsProvider && deps.provider.availability() === 'away') continue;
      // A failing rule must not block the others.
      await resumeStuck(deps, rule).catch((error) =>
        observe('sweeper.failed', { rule: rule.name, ...errorFields(error) }),
      );
    }
    if (due.has(INVALIDATION)) await publishInvalidations(deps.db, deps.versions);
    // Last and by itself: a locked table of it must not hold up the others.
    if ((await findDue(deps, DUE_WORK.retention)).size > 0) await enforceRetention(deps);
    return done;
  }),
  handler(preparePartitions, async () => {
    await preparePartitionsFor(deps.db, new Date());
    return done;
  }),
];

/** The name of work, and a query that finds its rows. */
type Search = readonly [name: string, sql: string];

const URGENT: readonly Search[] = [
  ...STUCK_WORK.map(({ name, sql, find = sql }): Search => [name, find]),
  [INVALIDATION, 'select id from cache_invalidations order by id'],
];
const OVER: readonly Search[] = [
  [RETENTION, `select found from (${FIND_EXPIRED}) expired where true = any(found)`],
  [RETENTION, CHECKOUTS_TO_ANONYMISE],
  [RETENTION, CHECKOUTS_TO_DELETE],
];
const searchOf = (all: readonly Search[]) => ({ names: all.map(([name]) => name), sql: findsRows(all.map(sqlOf)) });
const sqlOf = ([, sql]: Search): string => sql;

/** One statement each, because mostly there is nothing to do: a transaction for each rule would cost more. */
export const DUE_WORK = {
  urgent: searchOf(URGENT),
  retention: searchOf(OVER),
  all: searchOf([...URGENT, ...OVER]),
};

/** The names of the work that is due. @throws while Postgres is down */
export async function findDue(
  { db }: Pick<WorkerDeps, 'db'>,
  { names, sql }: (typeof DUE_WORK)['all'],
): Promise<ReadonlySet<string>> {
  try {
    const [row] = await db.query<Found>(sql, [BATCH]);
    return new Set(names.filter((_, index) => row?.found[index]));
  } catch (error) {
    // When the statement of one rule fails, that of all rules fails: then each is tried, and the others go on.
    if (isDatabaseDown(error)) throw error;
    observe('sweeper.failed', { rule: 'find', ...errorFields(error) });
    return new Set(names);
  }
}

/** Finds the rows of a rule and enqueues the commands that move them on, in one transaction. */
const resumeStuck = (deps: WorkerDeps, rule: StuckWork): Promise<void> =>
  unitOfWork(deps.db, 'sweeper.heal', async (tx) => {
    const rows = await tx.query<{ id: string }>(rule.sql, [BATCH]);
    for (const row of rows) rule.resume(deps, tx, row);
    if (rows.length > 0) observe('sweeper.found', { rule: rule.name, count: rows.length });
  });
