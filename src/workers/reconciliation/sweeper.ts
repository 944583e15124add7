import { preparePartitionsFor } from '../../entities/monthly-tables.ts';
import { tellOfChanges } from '../../entities/outbox/cache-invalidations.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, type Handler, handler } from '../../infra/queue/worker.ts';
import { preparePartitions, sweep } from '../../jobs/reconciliation.ts';
import { reduceEnded, removeEnded } from '../checkout/ended-checkouts.ts';
import type { WorkerDeps } from '../deps.ts';
import { removeUseless } from '../maintenance/retention.ts';
import { RECOVERY_RULES, type RecoveryRule } from './recovery-rules.ts';

/** Rows per rule and round: a round stays short beside live traffic, the next one goes on. */
const BATCH = 200;

/** The scheduled rounds. A missed or doubled one is harmless: what is found is decided by the rows. */
export const sweepHandlers = (deps: WorkerDeps): Handler[] => [
  handler(sweep, async () => {
    for (const rule of RECOVERY_RULES) {
      // One that cannot be looked into must not hide the others.
      await heal(deps, rule).catch((error) => observe('sweeper.failed', { rule: rule.name, ...errorFields(error) }));
    }
    await tellOfChanges(deps.db, deps.versions);
    await removeUseless(deps.db);
    await reduceEnded(deps);
    await removeEnded(deps);
    return done;
  }),
  handler(preparePartitions, async () => {
    await preparePartitionsFor(deps.db, new Date());
    return done;
  }),
];

/** Finds the rows and stores their remedies as commands in one transaction. @returns how many there were. */
export const heal = (deps: WorkerDeps, rule: RecoveryRule): Promise<number> =>
  unitOfWork(deps.db, 'sweeper.heal', async (tx) => {
    const rows = await tx.query<{ id: string }>(rule.sql, [BATCH]);
    for (const row of rows) rule.remedy(deps, tx, row);
    if (rows.length > 0) observe('sweeper.found', { rule: rule.name, count: rows.length });
    return rows.length;
  });
