import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { core } from 'zod';
import { failpoint } from '../failpoint.ts';
import { errorFields, observeSparingly } from '../observability/log.ts';
import type { Trace } from '../observability/trace.ts';

/** What a job is called, where it goes, and what it carries: ids only, never personal data. */
export interface JobContract<P> extends JobKind {
  payload: core.$ZodType<P>;
}

export interface JobKind {
  queue: string;
  name: string;
  options: JobsOptions;
}

/** A row of the outbox on its way to a worker; its id is also the job's id. */
export interface Command {
  id: string;
  /** It was handed over before, and nobody has finished it in time. */
  isRedelivered?: boolean;
  queue: string;
  name: string;
  payload: object;
  trace: Trace;
}

export interface Queues {
  all: readonly Queue[];
  /** Hands commands over soon and without waiting; what fails here is delivered by the relay. */
  handOver(command: Command): void;
  isConnected(): boolean;
  /**
   * Whether the server may have lost what it was given: it was emptied, was started again, perhaps from older data, or
   * another took its place. @throws Error when it does not answer.
   */
  mayHaveLost(): Promise<boolean>;
  /** Says that everything has been given to this server since. @throws Error when it does not take the mark. */
  markKept(): Promise<void>;
  /** Lets `attempt` carry out commands in this process as they are handed over; it says which it takes. */
  carryOutHere(attempt: (command: Command) => boolean): void;
  /** Adds commands now. @throws when Redis does not take them. */
  deliver(commands: readonly Command[]): Promise<void>;
  /**
   * Adds a job that works on whatever waits, soon: all nudges within a quarter of a second are one job. It may be lost:
   * what waits is found again by a schedule.
   */
  nudge(job: JobKind): void;
  close(): Promise<void>;
}

const NUDGE_MS = 250;
/** Names the run of the server that has had every command: another run may have other data. */
const MARK = 'vcecom:queues:kept';

/** Redis keys of one queue share a hash tag, so a queue lives on one node of a cluster. */
export const queuePrefix = (queue: string): string => `{${queue}}`;

export function openQueues(contracts: readonly JobKind[], connection: Redis): Queues {
  const names = [...new Set(contracts.map((contract) => contract.queue))];
  const queues = new Map(names.map((name) => [name, new Queue(name, { connection, prefix: queuePrefix(name) })]));
  for (const queue of queues.values()) queue.on('error', (error) => observeSparingly('queue.down', errorFields(error)));
  const deliver = delivery(queues, { contracts, connection });
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
    ...marking(connection),
    deliver,
    nudge: nudging(queues, connection),
    handOver(command) {
      if (carryOut(command)) return;
      if (waiting.push(command) === 1) setImmediate(flush);
    },
    carryOutHere(attempt) {
      carryOut = attempt;
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function marking(connection: Redis): Pick<Queues, 'mayHaveLost' | 'markKept'> {
  let run: string | undefined;
  connection.on('close', () => {
    run = undefined;
  });
  const runOfServer = async (): Promise<string> => {
    run ??= /^run_id:(\w+)/m.exec(await connection.info('server'))?.[1] ?? 'unknown';
    return run;
  };
  return {
    mayHaveLost: async () => (await connection.get(MARK)) !== (await runOfServer()),
    async markKept() {
      await connection.set(MARK, await runOfServer());
    },
  };
}

function delivery(
  queues: ReadonlyMap<string, Queue>,
  { contracts, connection }: { contracts: readonly JobKind[]; connection: Redis },
): Queues['deliver'] {
  const options = new Map(contracts.map((contract) => [contract.name, contract.options]));
  const toJob = ({ id, name, payload, trace, isRedelivered }: Command) => ({
    name,
    data: { ...payload, trace, ...(isRedelivered && { isRedelivered }) },
    opts: { ...options.get(name), jobId: id },
  });
  return async (commands) => {
    // Waiting for a connection would keep every command in memory; the relay has them all.
    if (connection.status !== 'ready') throw new Error('the queue is not connected');
    failpoint('commands.before-enqueue');
    const byQueue = Map.groupBy(commands, (command) => command.queue);
    await Promise.all([...byQueue].map(([name, batch]) => queues.get(name)?.addBulk(batch.map(toJob))));
    failpoint('commands.after-enqueue');
  };
}

function nudging(queues: ReadonlyMap<string, Queue>, connection: Redis): Queues['nudge'] {
  const nudged = new Map<string, number>();
  return ({ queue, name }) => {
    const period = Math.floor(Date.now() / NUDGE_MS);
    if (nudged.get(name) === period || connection.status !== 'ready') return;
    nudged.set(name, period);
    const kept = { removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } };
    const options = { jobId: `${name}-${period}`, delay: NUDGE_MS, ...kept };
    queues
      .get(queue)
      ?.add(name, {}, options)
      .catch((error) => observeSparingly('nudge.lost', errorFields(error)));
  };
}
