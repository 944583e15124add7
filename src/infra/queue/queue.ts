import { type JobsOptions, Queue } from 'bullmq';
import type { core } from 'zod';
import { failpoint } from '../failpoint.ts';
import { errorFields, observeSparingly } from '../observability/log.ts';
import type { Trace } from '../observability/trace.ts';
import type { RedisClient } from '../redis/connections.ts';
import { openQueueContents, type QueueContents } from './queue-contents.ts';
import { openQueueServers, type QueueServers } from './queue-servers.ts';

/** The name, queue and payload of a job. The payload contains ids only, never personal data. */
export interface JobContract<P, Name extends string = string> extends JobKind<Name> {
  payload: core.$ZodType<P>;
}

export interface JobKind<Name extends string = string> {
  queue: string;
  name: Name;
  options: JobsOptions;
}

/** An outbox row for a worker; its id is also the job's id. */
export interface Command {
  id: string;
  /** It was dispatched before and not finished in time. */
  isRedelivered?: boolean;
  /** It waited in the outbox for what it needs, and ended its last start regularly. */
  isBacklog?: boolean;
  /** The time to wait before its first start, in milliseconds. */
  delayMs?: number;
  queue: string;
  name: string;
  payload: object;
  trace: Trace;
  /** What its handler needs besides, for a start in this process right after the commit. No queue contains it. */
  facts?: object | undefined;
}

export interface Queues extends QueueServers, QueueContents {
  all: readonly Queue[];
  /** Adds a command in the next batch, without waiting; if that fails, the relay delivers it. */
  dispatch(command: Command): void;
  isConnected(): boolean;
  /** Lets `attempt` run dispatched commands in this process; it returns whether it takes a command. */
  runInProcess(attempt: (command: Command) => boolean): void;
  /** Adds commands now. @throws when Redis does not accept them. */
  deliver(commands: readonly Command[]): Promise<void>;
  /**
   * Adds a job that processes all waiting work: nudges within a quarter of a second become one job. It may be lost; a
   * schedule finds waiting work as well.
   */
  nudge(job: JobKind): void;
  close(): Promise<void>;
}

const NUDGE_MS = 250;

/** BullMQ starts jobs with a priority after all jobs without one. Those without cost less in Redis. */
const AFTER_FRESH_ONES = { priority: 1 };

/** Redis keys of one queue share a hash tag, so a queue lives on one node of a cluster. */
export const queuePrefix = (queue: string): string => `{${queue}}`;

export function openQueues(contracts: readonly JobKind[], connection: RedisClient): Queues {
  const names = [...new Set(contracts.map((contract) => contract.queue))];
  const queues = new Map(names.map((name) => [name, new Queue(name, { connection, prefix: queuePrefix(name) })]));
  for (const queue of queues.values()) queue.on('error', (error) => observeSparingly('queue.down', errorFields(error)));
  const deliver = openDelivery(queues, { contracts, connection });
  let carryOut: (command: Command) => boolean = () => false;
  let waiting: Command[] = [];
  function flush(): void {
    const batch = waiting;
    waiting = [];
    deliver(batch).catch((error) =>
      observeSparingly('commands.left-to-relay', { count: batch.length, ...errorFields(error) }),
    );
  }
  return {
    all: [...queues.values()],
    isConnected: () => connection.status === 'ready',
    ...openQueueServers(connection, names.map(queuePrefix)),
    ...openQueueContents(connection, [...queues.values()]),
    deliver,
    nudge: openNudge(queues, connection),
    dispatch(command) {
      if (carryOut(command)) return;
      if (waiting.push(command) === 1) setImmediate(flush);
    },
    runInProcess(attempt) {
      carryOut = attempt;
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function openDelivery(
  queues: ReadonlyMap<string, Queue>,
  { contracts, connection }: { contracts: readonly JobKind[]; connection: RedisClient },
): Queues['deliver'] {
  const options = new Map(contracts.map((contract) => [contract.name, contract.options]));
  const toJob = ({ id, name, payload, trace, isRedelivered, isBacklog, delayMs }: Command) => ({
    name,
    data: { ...payload, trace, ...(isRedelivered && { isRedelivered }) },
    opts: {
      ...options.get(name),
      jobId: id,
      ...(delayMs && { delay: delayMs }),
      ...(isBacklog && AFTER_FRESH_ONES),
    },
  });
  return async (commands) => {
    // Waiting for a connection would keep all commands in memory; the relay delivers them later.
    if (connection.status !== 'ready') throw new Error('the queue is not connected');
    failpoint('commands.before-enqueue');
    const byQueue = Map.groupBy(commands, (command) => command.queue);
    await Promise.all([...byQueue].map(([name, batch]) => queues.get(name)?.addBulk(batch.map(toJob))));
    failpoint('commands.after-enqueue');
  };
}

/**
 * The job's id names the quarter of a second, which ends before the job starts: a process sends one nudge in it and skips
 * the others. BullMQ's deduplication by time would need a call to Redis for each.
 */
function openNudge(queues: ReadonlyMap<string, Queue>, connection: RedisClient): Queues['nudge'] {
  const lastPeriods = new Map<string, number>();
  return ({ queue, name }) => {
    const period = Math.floor(Date.now() / NUDGE_MS);
    if (lastPeriods.get(name) === period || connection.status !== 'ready') return;
    lastPeriods.set(name, period);
    const kept = { removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } };
    const options = { jobId: `${name}-${period}`, delay: NUDGE_MS, ...kept };
    queues
      .get(queue)
      ?.add(name, {}, options)
      .catch((error) => observeSparingly('nudge.lost', errorFields(error)));
  };
}
