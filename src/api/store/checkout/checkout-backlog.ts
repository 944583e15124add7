import type { Database } from '../../../infra/database/database.ts';
import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import { RequestFault } from '../../http/errors/failure.ts';

/** The shop is behind when so many checkouts have waited for longer than a minute for a worker to begin them. */
const MOST_LATE = 100;
/** A checkout that has waited for an hour is a case for a person: a hundred of them must not stop the shop for good. */
const COUNT_LATE = `
  select count(*)::int as late from (
    select 1 from checkouts
      where busy and state = 'CREATED'
        and updated_at between now() - interval '1 hour' and now() - interval '1 minute'
      limit ${MOST_LATE}) as late`;

const COUNT_EVERY_MS = 1_000;
/** An older count decides nothing: the first checkout after a quiet time is accepted. */
const COUNT_HOLDS_MS = 10_000;
const RETRY_AFTER_SECONDS = '10';

/**
 * Bounds the checkouts that wait for the workers: a shop that accepts more than it can carry out keeps everybody waiting.
 * The bound is a time, so that it grows with the number of workers. The count is taken beside the requests, at most once a
 * second in each process.
 * @returns a check that throws RequestFault SHOP_BUSY while the workers are behind
 */
export function backlogCheck({ query }: Pick<Database, 'query'>): () => void {
  let isBehind = false;
  // By the clock of the process, which nobody sets.
  let countedAt = Number.NEGATIVE_INFINITY;
  const count = () =>
    query<{ late: number }>(COUNT_LATE).then(
      ([row]) => {
        isBehind = (row?.late ?? 0) >= MOST_LATE;
      },
      (error) => observeSparingly('checkout_backlog.count_failed', errorFields(error)),
    );
  return () => {
    const age = performance.now() - countedAt;
    if (age >= COUNT_EVERY_MS) {
      countedAt = performance.now();
      void count();
    }
    if (isBehind && age < COUNT_HOLDS_MS)
      throw new RequestFault('SHOP_BUSY', { headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
  };
}
