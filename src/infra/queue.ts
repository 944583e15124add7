import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ZodType } from 'zod';
import { failpoint } from './failpoint.ts';
import { errorFields, observe } from './log.ts';
import type { Trace } from './trace.ts';

/** What a job is called, where it goes, and what it carries: ids only, never personal data. */
export interface JobContract<P> extends JobKind {
  payload: ZodType<P>;
}

export interface JobKind {
  queue: string;
  name: string;
  options: JobsOptions;
}

/** A row of the outbox on its way to a worker; its id is also the job's id. */
export interface Command {
  id: string;
  queue: string;
  name: string;
  payload: object;
  trace: Trace;
}

export interface Queues {
  all: readonly Queue[];
  /** Hands commands over soon and without waiting; what fails here is delivered by the relay. */
  handOver(command: Command): void;
  /** Adds commands now. @throws when Redis does not take them. */
  deliver(commands: readonly Command[]): Promise<void>;
  close(): Promise<void>;
}

/** Redis keys of one queue share a hash tag, so a queue lives on one node of a cluster. */
export const queuePrefix = (queue: string): string => `{${queue}}`;

export function openQueues(contracts: readonly JobKind[], connection: Redis): Queues {
  const options = new Map(contracts.map((contract) => [contract.name, contract.options]));
  const names = [...new Set(contracts.map((contract) => contract.queue))];
  const queues = new Map(names.map((name) => [name, new Queue(name, { connection, prefix: queuePrefix(name) })]));
  for (const queue of queues.values()) queue.on('error', (error) => observe('queue.down', errorFields(error)));
  let waiting: Command[] = [];

  async function deliver(commands: readonly Command[]): Promise<void> {
    if (connection.status !== 'ready') throw new Error('the queue is not connected');
    failpoint('commands.before-enqueue');
    const byQueue = Map.groupBy(commands, (command) => command.queue);
    const additions = [...byQueue].map(([name, batch]) => queues.get(name)?.addBulk(batch.map(toJob)));
    await Promise.all(additions);
    failpoint('commands.after-enqueue');
  }
  const toJob = ({ id, name, payload, trace }: Command) => ({
    name,
    data: { ...payload, trace },
    opts: { ...options.get(name), jobId: id },
  });
  function flush(): void {
    const batch = waiting;
    waiting = [];
    deliver(batch).catch((error) => observe('commands.left-to-relay', { count: batch.length, ...errorFields(error) }));
  }

  return {
    all: [...queues.values()],
    deliver,
    handOver(command) {
      if (waiting.push(command) === 1) setImmediate(flush);
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}
