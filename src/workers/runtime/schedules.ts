import { setTimeout as wait } from 'node:timers/promises';
import { TIME_ZONE } from '../../domain/time-zone.ts';
import { errorFields, observe, observeSparingly } from '../../infra/observability/log.ts';
import type { Queues } from '../../infra/queue/queue.ts';
import { sweep } from '../../jobs/reconciliation.ts';
import { SCHEDULES } from '../../jobs/schedule.ts';

const PAUSE_MS = 5_000;

const SCHEDULED = SCHEDULES.map(({ job }) => job);
/** Scheduled by the release before, whose workers store the schedule again while they run. */
const UNSCHEDULED = [sweep];

/**
 * Stores missing schedules in Redis every 5 s, because Redis may be emptied at any time. Existing schedules stay
 * unchanged: two processes that store the same schedule at once can lose it.
 */
export async function maintainSchedules(queues: Queues, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await maintain(queues).catch((error) => observeSparingly('schedules.wait', errorFields(error)));
    await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function maintain(queues: Queues): Promise<void> {
  const [stored, old] = await Promise.all([queues.countSchedules(SCHEDULED), queues.countSchedules(UNSCHEDULED)]);
  if (stored < SCHEDULED.length) await Promise.all(SCHEDULES.map((schedule) => storeIfMissing(queues, schedule)));
  if (old > 0) await Promise.all(UNSCHEDULED.map((job) => queueOf(queues, job)?.removeJobScheduler(job.name)));
}

const queueOf = ({ all }: Queues, { queue }: { queue: string }) => all.find(({ name }) => name === queue);

async function storeIfMissing(queues: Queues, { job, pattern }: (typeof SCHEDULES)[number]): Promise<void> {
  const queue = queueOf(queues, job);
  if (!queue || (await queue.getJobScheduler(job.name))) return;
  const repeat = { pattern, tz: TIME_ZONE };
  await queue.upsertJobScheduler(job.name, repeat, {
    name: job.name,
    data: {},
    opts: { removeOnComplete: { count: 20 }, removeOnFail: { age: 7 * 86_400, count: 100 } },
  });
  observe('schedule.stored', { job: job.name, pattern });
}
