import { setTimeout as wait } from 'node:timers/promises';
import { TIME_ZONE } from '../../domain/time-zone.ts';
import { errorFields, observe, observeSparingly } from '../../infra/observability/log.ts';
import type { Queues } from '../../infra/queue/queue.ts';
import { SCHEDULES } from '../../jobs/schedule.ts';

const PAUSE_MS = 5_000;

/**
 * Stores missing schedules in Redis every 5 s, because Redis may be emptied at any time. Existing schedules stay
 * unchanged: two processes that store the same schedule at once can lose it.
 */
export async function maintainSchedules(queues: Queues, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await storeMissing(queues).catch((error) => observeSparingly('schedules.wait', errorFields(error)));
    await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** All at once: an idle process wakes up once for their answers. */
const storeMissing = (queues: Queues): Promise<unknown> =>
  Promise.all(SCHEDULES.map((schedule) => storeIfMissing(queues, schedule)));

async function storeIfMissing(queues: Queues, { job, pattern }: (typeof SCHEDULES)[number]): Promise<void> {
  const queue = queues.all.find(({ name }) => name === job.queue);
  if (!queue || (await queue.getJobScheduler(job.name))) return;
  const repeat = { pattern, tz: TIME_ZONE };
  await queue.upsertJobScheduler(job.name, repeat, {
    name: job.name,
    data: {},
    opts: { removeOnComplete: { count: 20 }, removeOnFail: { age: 7 * 86_400, count: 100 } },
  });
  observe('schedule.stored', { job: job.name, pattern });
}
