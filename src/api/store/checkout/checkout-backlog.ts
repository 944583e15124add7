import type { Database } from '../../../infra/database/database.ts';
import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import { RequestFault } from '../../http/errors/failure.ts';

/** The workers are behind when this many checkouts have waited for a worker for more than a minute. */
const MAX_LATE = 100;
/** Checkouts older than an hour do not count: staff must look at them, and they must not block the shop for good. */
const COUNT_LATE = `
  select count(*)::int as late from (
    select 1 from checkouts
      where busy and state = 'CREATED'
        and updated_at between now() - interval '1 hour' and now() - interval '1 minute'
      limit ${MAX_LATE}) as late`;

const COUNT_EVERY_MS = 1_000;
/** An older count is ignored, so that the first checkout after a quiet period is accepted. */
const COUNT_EXPIRES_MS = 10_000;
const RETRY_AFTER_SECONDS = '10';

/**
 * Limits the checkouts that wait for a worker: a shop that accepts more than its workers process delays every customer.
 * The limit is a waiting time, so that it scales with the number of workers. The count runs in the background, at most
 * once per second in each process.
 * @returns a check that throws RequestFault SHOP_BUSY while the workers are behind
 */
export function backlogCheck({ query }: Pick<Database, 'query'>): () => void {
  let isBehind = false;
  // Monotonic clock: changes of the system time have no effect.
  let countedAt = Number.NEGATIVE_INFINITY;
  const count = () =>
    query<{ late: number }>(COUNT_LATE).then(
      ([row]) => {
        isBehind = (row?.late ?? 0) >= MAX_LATE;
      },
      (error) => observeSparingly('checkout_backlog.count_failed', errorFields(error)),
    );
  return () => {
    const age = performance.now() - countedAt;
    if (age >= COUNT_EVERY_MS) {
      countedAt = performance.now();
      void count();
    }
    if (isBehind && age < COUNT_EXPIRES_MS)
      throw new RequestFault('SHOP_BUSY', { headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
  };
}
