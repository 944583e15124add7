import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { safeParse } from 'zod';
import { failpoint } from '../failpoint.ts';
import { errorFields, observe, observeSparingly } from '../observability/log.ts';
import { runWithTrace, type Trace } from '../observability/trace.ts';
import { type JobContract, queuePrefix } from './queue.ts';

/** What became of a job, in a closed set of words. A throw means: try again. */
export type Outcome =
  | { kind: 'done' }
  | { kind: 'noop'; why: string }
  | { kind: 'snooze'; ms: number }
  | { kind: 'refused'; code: string };

export const done: Outcome = { kind: 'done' };
export const noop = (why: string): Outcome => ({ kind: 'noop', why });
export const snooze = (ms: number): Outcome => ({ kind: 'snooze', ms });
export const refusal = (code: string): Outcome => ({ kind: 'refused', code });

export interface JobContext {
  /** The outbox row that the job carries out. */
  commandId: string;
  /** Whether somebody began this job before, did not end in order, and may still be at it. */
  isTakeover: boolean;
  /** How often the job was begun, this time included. */
  starts: number;
  /** Shows how far a long job is, where queues are looked at. */
  progress(done: number, of: number): void;
}

export interface Handler {
  name: string;
  /** @throws UnrecoverableError when `data` is not what the contract says. */
  run(data: object, context: JobContext): Promise<Outcome>;
}

/** Ties a contract to its handler; the payload's type comes from the contract. */
export function handler<P>(
  contract: JobContract<P>,
  run: (payload: P, context: JobContext) => Promise<Outcome>,
): Handler {
  return {
    name: contract.name,
    async run(data, context) {
      const payload = safeParse(contract.payload, data);
      if (!payload.success) throw new UnrecoverableError(`payload of ${contract.name}: ${payload.error.message}`);
      return run(payload.data, context);
    },
  };
}

/** A killed worker's job is free again after this long, in milliseconds; live workers renew at half of it. */
const LOCK_MS = 4_000;

/** Starts the worker of one queue. `whenUnavailable` says how long to wait, in ms, when an error means "later". */
export function startWorker(
  handlers: readonly Handler[],
  options: { queue: string; connection: Redis; concurrency: number; whenUnavailable(error: unknown): number | null },
): { worker: Worker; busy(): number } {
  let running = 0;
  const byName = new Map(handlers.map((entry) => [entry.name, entry]));
  const process = async (job: Job, token?: string): Promise<string> => {
    running += 1;
    try {
      return await runJob(byName, job, { token, ...options });
    } finally {
      running -= 1;
    }
  };
  const worker = new Worker(options.queue, process, {
    connection: options.connection,
    prefix: queuePrefix(options.queue),
    concurrency: options.concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: 1_500,
    // Being killed is not a fault of the job: only one that takes its worker down again and again is given up.
    maxStalledCount: 25,
  });
  worker.on('error', (error) =>
    observeSparingly('worker.connection.lost', { queue: options.queue, ...errorFields(error) }),
  );
  worker.on('failed', (job, error) => {
    const isFinal = job?.finishedOn !== undefined || error instanceof UnrecoverableError;
    const fields = { queue: options.queue, job: job?.name, jobId: job?.id, ...errorFields(error) };
    observe(isFinal ? 'job.dead.failed' : 'job.retried', fields);
  });
  return { worker, busy: () => running };
}

async function runJob(
  handlers: Map<string, Handler>,
  job: Job,
  options: { token: string | undefined; whenUnavailable(error: unknown): number | null },
): Promise<string> {
  const entry = handlers.get(job.name);
  if (!entry) throw new UnrecoverableError(`no handler for ${job.name}`);
  const { trace, isRedelivered = false, endedStart = 0, ...data } = job.data as Carried;
  const { attemptsStarted: starts } = job;
  const isTakeover = starts > 1 ? endedStart !== starts - 1 : isRedelivered;
  let isRegularEnd = true;
  const outcome = await runWithTrace(trace ?? { requestId: String(job.id), traceparent: '' }, () =>
    runHandler(entry, { data, isTakeover }, job).catch((error) => {
      const ms = options.whenUnavailable(error);
      if (ms === null) throw error;
      isRegularEnd = false;
      observe('job.unavailable', { job: job.name, jobId: job.id, ms, ...errorFields(error) });
      return snooze(ms);
    }),
  );
  failpoint(`${job.name}.before-ack`);
  if (outcome.kind === 'snooze') {
    // Otherwise the next start would have to take this one for a worker that may still be at it.
    if (isRegularEnd) await job.updateData({ ...job.data, endedStart: starts });
    await job.moveToDelayed(Date.now() + outcome.ms, options.token);
    throw new DelayedError();
  }
  return outcome.kind === 'done' ? 'done' : JSON.stringify(outcome);
}

/** What a job carries besides its payload. */
interface Carried {
  trace?: Trace;
  isRedelivered?: boolean;
  /** The last start that ended in order, without being done. */
  endedStart?: number;
}

async function runHandler(
  entry: Handler,
  { data, isTakeover }: { data: object; isTakeover: boolean },
  job: Job,
): Promise<Outcome> {
  const { attemptsStarted: starts } = job;
  const progress = (done: number, of: number) => {
    job.updateProgress({ done, of }).catch(() => undefined);
  };
  const outcome = await entry.run(data, { commandId: String(job.id), isTakeover, starts, progress });
  observe(outcome.kind === 'done' ? 'job.done' : `job.${outcome.kind}`, { job: job.name, jobId: job.id, ...outcome });
  return outcome;
}
