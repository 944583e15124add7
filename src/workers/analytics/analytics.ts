import { addNextOrders } from '../../entities/analytics/add-orders.ts';
import { correctDays, correctRecentDays } from '../../entities/analytics/conversion/conversion-days.ts';
import { countHours, countNextHours, recentDays } from '../../entities/analytics/conversion/count-conversion.ts';
import { correctSums, type SumDifference } from '../../entities/analytics/correct-sums.ts';
import { DISCOUNT_DAYS } from '../../entities/analytics/discount-days.ts';
import type { OrderRollUp } from '../../entities/analytics/order-roll-up.ts';
import { markWrongRefunds, sumChangedRefunds } from '../../entities/analytics/refunds.ts';
import { SALES } from '../../entities/analytics/sales.ts';
import { VARIANT_SALES } from '../../entities/analytics/variant-sales.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { done, handler } from '../../infra/queue/handler.ts';
import { addUpAnalytics, recountAnalytics } from '../../jobs/reconciliation.ts';
import type { WorkerDeps } from '../deps.ts';

const ROLL_UPS: readonly OrderRollUp[] = [SALES, VARIANT_SALES, DISCOUNT_DAYS];

/** Keeps the sums of the analytics. A missed run is harmless: the API adds what the sums do not contain yet. */
export const analyticsHandlers = ({ db }: Pick<WorkerDeps, 'db'>) => {
  // Before this start, workers of another release may have counted hours of any day.
  let correctNext = correctDays;
  const addUp = handler(addUpAnalytics, async () => {
    for (const rollUp of ROLL_UPS) {
      while (await unitOfWork(db, addUpAnalytics.name, (tx) => addNextOrders(tx, rollUp)));
    }
    while (await unitOfWork(db, addUpAnalytics.name, sumChangedRefunds));
    while (await unitOfWork(db, addUpAnalytics.name, countNextHours));
    observeCorrected(await unitOfWork(db, addUpAnalytics.name, correctNext));
    correctNext = correctRecentDays;
    return done;
  });
  const recount = handler(recountAnalytics, async () => {
    // A transaction for each: a long one holds back the vacuum of busy tables.
    const steps = [...ROLL_UPS.map((rollUp) => (tx: Tx) => correctSums(tx, rollUp)), markWrongRefunds, correctDays];
    for (const step of steps) {
      observeCorrected(await unitOfWork(db, recountAnalytics.name, step));
    }
    for (const day of await recentDays(db.query)) {
      await unitOfWork(db, recountAnalytics.name, (tx) => countHours(tx, day));
    }
    return done;
  });
  return [addUp, recount];
};

function observeCorrected(wrong: readonly SumDifference[]): void {
  for (const difference of wrong) observe('analytics.sums.corrected', difference);
}
