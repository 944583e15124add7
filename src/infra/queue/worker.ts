import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { safeParse } from 'zod';
import { failpoint } from '../failpoint.ts';
import { errorFields, observe, observeSparingly } from '../observability/log.ts';
import { runWithTrace, type Trace } from '../observability/trace.ts';
import { type JobContract, queuePrefix } from './queue.ts';

/** The result of a job. A thrown error means: retry. */
export type JobOutcome =
  | { kind: 'done' }
  | { kind: 'noop'; why: string }
  | { kind: 'snooze'; ms: number }
  | { kind: 'refused'; code: string };

export const done: JobOutcome = { kind: 'done' };
export const noop = (why: string): JobOutcome => ({ kind: 'noop', why });
export const snooze = (ms: number): JobOutcome => ({ kind: 'snooze', ms });
export const refusal = (code: string): JobOutcome => ({ kind: 'refused', code });

export interface JobContext {
  /** The id of the outbox row of this job. */
  commandId: string;
  /** Whether another worker began this job, did not end regularly, and may still be running it. */
  isTakeover: boolean;
  /** Number of starts of the job, including this one. */
  starts: number;
  /** Reports the progress of a long job, for queue dashboards. */
  progress(done: number, of: number): void;
}

export interface Handler {
  name: string;
  /** @throws UnrecoverableError when `data` does not match the contract. */
  run(data: object, context: JobContext): Promise<JobOutcome>;
}

/** Connects a contract with its handler; the contract defines the payload's type. */
export function handler<P>(
  contract: JobContract<P>,
  run: (payload: P, context: JobContext) => Promise<JobOutcome>,
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

/** Life of a job lock in milliseconds: a killed worker's job is free after it. Live workers renew it at half of it. */
const LOCK_MS = 4_000;

/** Starts the worker of one queue. `whenUnavailable` returns the delay in ms for an error that means "later". */
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
    // A killed worker is not the job's fault: only a job that kills its worker again and again is given up.
    maxStalledCount: 25,
  });
  worker.on('error', (error) =>
    observeSparingly('worker.connection.lost', { queue: options.queue, ...errorFields(error) }),
  );
  worker.on('failed', (job, error) => {
    const isFinal = job?.finishedOn !== undefined || error instanceof UnrecoverableError;
    const tookMs = job?.processedOn && Date.now() - job.processedOn;
    const fields = { queue: options.queue, job: job?.name, jobId: job?.id, tookMs, ...errorFields(error) };
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
  const { trace, isRedelivered = false, endedStart = 0, ...data } = job.data as JobMetadata;
  const { attemptsStarted: starts } = job;
  const startedAt = performance.now();
  const isTakeover = starts > 1 ? endedStart !== starts - 1 : isRedelivered;
  let isRegularEnd = true;
  const outcome = await runWithTrace(trace ?? { requestId: String(job.id), traceparent: '' }, () =>
    runHandler(entry, { data, isTakeover }, job).catch((error) => {
      const ms = options.whenUnavailable(error);
      if (ms === null) throw error;
      isRegularEnd = false;
      observe('job.unavailable', { ...endOf(job, startedAt), ms, ...errorFields(error) });
      return snooze(ms);
    }),
  );
  failpoint(`${job.name}.before-ack`);
  if (outcome.kind === 'snooze') {
    // Without it, the next start would assume that this worker may still be running the job.
    if (isRegularEnd) await job.updateData({ ...job.data, endedStart: starts });
    await job.moveToDelayed(Date.now() + outcome.ms, options.token);
    throw new DelayedError();
  }
  return outcome.kind === 'done' ? 'done' : JSON.stringify(outcome);
}

/** The fields of a job besides its payload. */
interface JobMetadata {
  trace?: Trace;
  isRedelivered?: boolean;
  /** The number of the last start that ended regularly with a snooze. */
  endedStart?: number;
}

async function runHandler(
  entry: Handler,
  { data, isTakeover }: { data: object; isTakeover: boolean },
  job: Job,
): Promise<JobOutcome> {
  const { attemptsStarted: starts } = job;
  const startedAt = performance.now();
  const progress = (done: number, of: number) => {
    job.updateProgress({ done, of }).catch(() => undefined);
  };
  const outcome = await entry.run(data, { commandId: String(job.id), isTakeover, starts, progress });
  observe(`job.${outcome.kind}`, { ...endOf(job, startedAt), ...outcome });
  return outcome;
}

/** What the metrics and the log say of a job that ended. `waitedMs`: from the moment it was due to its first start. */
function endOf({ queueName, name, id, attemptsStarted, timestamp, opts, processedOn }: Job, startedAt: number) {
  const tookMs = millisecondsSince(startedAt);
  const fields = { queue: queueName, job: name, jobId: id, tookMs };
  if (attemptsStarted !== 1 || processedOn === undefined) return fields;
  return { ...fields, waitedMs: Math.max(0, processedOn - timestamp - (opts.delay ?? 0)) };
}

/** Since `startedAt` of the monotonic clock, to a tenth. */
export const millisecondsSince = (startedAt: number): number => Math.round((performance.now() - startedAt) * 10) / 10;
