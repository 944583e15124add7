import type { Metrics, Queue } from 'bullmq';
import { callApi } from '../../api-call.ts';
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
  workers: number;
  isPaused: boolean;
  /** Completed jobs of the last hour, in steps of five minutes, oldest first. */
  completed: number[];
}

interface QueueCounts {
  name: string;
  counts: Record<string, number>;
}

/**
 * Reads the depth, the workers and the throughput of each queue.
 * @throws RequestFault FORBIDDEN without `queues:view`; QUEUE_UNAVAILABLE
 */
export async function readQueues(deps: OpsDeps, opsRequest: OpsRequest): Promise<QueueReading[]> {
  const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/queues' });
  const { data } = body as { data: QueueCounts[] };
  const counts = new Map(data.map((each) => [each.name, each.counts]));
  return Promise.all(deps.queues.all.map((queue) => readQueue(queue, counts.get(queue.name) ?? {})));
}

async function readQueue(queue: Queue, counts: Record<string, number>): Promise<QueueReading> {
  const [workers, isPaused, metrics] = await Promise.all([
    queue.getWorkersCount(),
    queue.isPaused(),
    queue.getMetrics('completed'),
  ]);
  const { waiting = 0, prioritized = 0, paused = 0, active = 0, delayed = 0, failed = 0 } = counts;
  const completed = completedPerStep(metrics, Date.now());
  return {
    name: queue.name,
    ...{ waiting: waiting + prioritized + paused, active, delayed, failed },
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

/** The list of a queue's jobs in Bull Board. */
export const queuePath = (name: string, state?: string): string =>
  `/ops/queues/queue/${name}${state === undefined ? '' : `?status=${state}`}`;

/** What the queues say about the health of the shop. */
export function queueSignals(queues: readonly QueueReading[]): Signal[] {
  const signal = (title: string, is: (queue: QueueReading) => boolean): Signal => {
    const found = queues.filter(is);
    return { title, path: listOf(found), state: 'fault', count: found.length };
  };
  const dead = queues.filter(({ name, failed }) => failed > 0 && name !== 'mail');
  const mails = queues.find(({ name }) => name === 'mail')?.failed ?? 0;
  return [
    { title: 'Dead jobs', path: listOf(dead, 'failed'), state: 'fault', count: sum(dead.map(({ failed }) => failed)) },
    { title: 'Failed mails', path: '/ops/notifications', state: 'fault', count: mails },
    signal('Queues without a worker', ({ workers }) => workers === 0),
    signal('Paused queues', ({ isPaused }) => isPaused),
    signal(`Queues with more than ${BACKLOG} waiting jobs`, ({ waiting }) => waiting > BACKLOG),
  ];
}

const listOf = ([first, ...others]: readonly QueueReading[], state?: string): string =>
  first && others.length === 0 ? queuePath(first.name, state) : '/ops/queues';

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
