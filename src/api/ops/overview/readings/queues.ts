import type { Metrics, Queue } from 'bullmq';
import { AppError, unavailable } from '../../../../domain/errors.ts';
import { errorFields, observeSparingly } from '../../../../infra/observability/log.ts';
import { TIMED_OUT, withTimeout } from '../../../../infra/with-timeout.ts';
import { REDIS_TIMEOUT_MS } from '../../../admin/operations/queues.ts';
import { RequestFault } from '../../../http/errors/failure.ts';
import { type QueueCounts, readQueueCounts } from '../../jobs/queue-counts.ts';
import { failedPath, queuePath } from '../../jobs/queue-paths.ts';
import type { OpsDeps, OpsRequest } from '../../ops-request.ts';
import type { Signal } from './signal.ts';

const MINUTE_MS = 60_000;
/** Minutes per point of the chart, and points. */
export const STEP_MINUTES = 5;
const STEPS = 12;
/** Waiting jobs that workers no longer keep up with, as in the alert QueueBacklog. */
const BACKLOG = 1_000;

export interface QueueReading {
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Undefined when Redis does not list its clients. */
  workers: number | undefined;
  isPaused: boolean;
  /** Completed jobs of the last hour, in steps of five minutes, oldest first. */
  completed: number[];
}

/**
 * Reads the depth, the workers and the throughput of each queue.
 * @throws RequestFault FORBIDDEN without `queues:view`; QUEUE_UNAVAILABLE
 */
export async function readQueues(deps: OpsDeps, opsRequest: OpsRequest): Promise<QueueReading[]> {
  try {
    const counted = await readQueueCounts(deps, opsRequest);
    const counts = new Map(counted.map((each) => [each.name, each.counts]));
    const reads = deps.queues.all.map((queue) => readQueue(queue, counts.get(queue.name) ?? {}));
    const readings = await withTimeout(Promise.all(reads), REDIS_TIMEOUT_MS);
    if (readings === TIMED_OUT) throw new Error(`no answer within ${REDIS_TIMEOUT_MS} ms`);
    return readings;
  } catch (error) {
    // The connection may end between two commands, and Redis may refuse a command.
    if (error instanceof AppError || error instanceof RequestFault) throw error;
    observeSparingly('overview.read_failed', { part: 'queues', ...errorFields(error) });
    throw unavailable('QUEUE_UNAVAILABLE', undefined, 'The queues cannot be read. Look at Redis.');
  }
}

async function readQueue(queue: Queue, counts: QueueCounts['counts']): Promise<QueueReading> {
  const [workers, isPaused, metrics] = await Promise.all([
    queue.getWorkersCount().catch(() => undefined),
    queue.isPaused(),
    queue.getMetrics('completed'),
  ]);
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
  const completed = completedPerStep(metrics, Date.now());
  return {
    name: queue.name,
    ...{ waiting: waiting + prioritized, active, delayed, failed },
    ...{ workers, isPaused, completed },
  };
}

/**
 * The completed jobs of the last hour per step, oldest first; the last step ends with the current minute. BullMQ stores a
 * point per minute, newest first, and only when a job ends: the newest point is of the minute before `prevTS`.
 */
export function completedPerStep({ meta, data }: Pick<Metrics, 'meta' | 'data'>, now: number): number[] {
  const steps = new Array<number>(STEPS).fill(0);
  if (meta.prevTS === 0) return steps;
  const silentMinutes = Math.floor(now / MINUTE_MS) - Math.floor(meta.prevTS / MINUTE_MS);
  for (const [minutes, count] of [meta.count - meta.prevCount, ...data].entries()) {
    const step = STEPS - 1 - Math.floor((minutes + silentMinutes) / STEP_MINUTES);
    if (step < 0) break;
    steps[step] = (steps[step] ?? 0) + count;
  }
  return steps;
}

/** Whether the number of workers of every queue is known. */
export const knowsWorkers = (queues: readonly QueueReading[]): boolean =>
  queues.every(({ workers }) => workers !== undefined);

/** What the queues say about the health of the shop. */
export function queueSignals(queues: readonly QueueReading[]): Signal[] {
  const signal = (title: string, is: (queue: QueueReading) => boolean): Signal => {
    const found = queues.filter(is);
    return { title, path: listOf(found), state: 'fault', count: found.length };
  };
  const withFailed = queues.filter(({ name, failed }) => failed > 0 && name !== 'mail');
  const withoutWorker = signal('Queues without a worker', ({ workers }) => workers === 0);
  const mails = queues.find(({ name }) => name === 'mail')?.failed ?? 0;
  return [
    {
      title: 'Failed jobs',
      path: failedPath(withFailed.length === 1 ? withFailed[0]?.name : undefined),
      state: 'fault',
      count: sum(withFailed.map(({ failed }) => failed)),
    },
    { title: 'Failed mails', path: '/ops/notifications', state: 'fault', count: mails },
    ...(knowsWorkers(queues) || withoutWorker.count > 0 ? [withoutWorker] : []),
    signal('Paused queues', ({ isPaused }) => isPaused),
    signal(`Queues with more than ${BACKLOG} waiting jobs`, ({ waiting }) => waiting > BACKLOG),
  ];
}

const listOf = ([first, ...others]: readonly QueueReading[]): string =>
  first && others.length === 0 ? queuePath(first.name) : '/ops/queues';

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
