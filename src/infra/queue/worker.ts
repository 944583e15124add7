import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import { Cluster, type Redis } from 'ioredis';
import { errorFields, observe, observeSparingly } from '../observability/log.ts';
import type { Trace } from '../observability/trace.ts';
import type { RedisClient } from '../redis/connections.ts';
import { clusterBackend } from './cluster-backend.ts';
import { type Executor, openExecutor, type WhenUnavailable } from './executor.ts';
import type { Handler } from './handler.ts';
import { queuePrefix } from './queue.ts';
import { MIN_CHECK_INTERVAL_MS } from './stalled-jobs.ts';

/** Life of a job lock in milliseconds: a killed worker's job is free after it. Live workers renew it at half of it. */
const LOCK_MS = 4_000;

/** The longest wait of an idle worker for a job, in seconds: then it asks again, in case that a wake-up was lost. */
const IDLE_WAIT_S = 5;
const BACKGROUND_IDLE_WAIT_S = 10;

/** The pause after a command that failed because its connection was closed, in milliseconds. */
const CONNECTION_RETRY_MS = 1_000;

/**
 * Minutes for which Redis keeps the number of ended jobs. The script that ends a job counts it: two more commands within
 * the call that is made anyway, and three more once a minute.
 */
const METRICS_MINUTES = 60;

export interface WorkerOptions {
  queue: string;
  connection: RedisClient;
  /** Opens a connection for blocking commands. Needed on a cluster; elsewhere BullMQ copies `connection`. */
  openBlocking?: () => Redis;
  concurrency: number;
  /** Nobody waits for its jobs: the worker wakes up less often while there are none. Default: false. */
  isBackground?: boolean;
  whenUnavailable: WhenUnavailable;
}

/** Starts the worker of one queue. Jobs of killed workers are left to `recoverStalledJobs`. */
export function startWorker(
  handlers: readonly Handler[],
  { queue, connection, openBlocking, concurrency, isBackground = false, whenUnavailable }: WorkerOptions,
): { worker: Worker; busy(): number } {
  let running = 0;
  const executor = openExecutor(handlers, whenUnavailable);
  const process = async (job: Job, token?: string): Promise<string> => {
    running += 1;
    try {
      return await runJob(executor, job, token);
    } finally {
      running -= 1;
    }
  };
  const options = {
    connection,
    prefix: queuePrefix(queue),
    concurrency,
    lockDuration: LOCK_MS,
    // The checks are those of `recoverStalledJobs`.
    skipStalledCheck: true,
    stalledInterval: MIN_CHECK_INTERVAL_MS,
    drainDelay: isBackground ? BACKGROUND_IDLE_WAIT_S : IDLE_WAIT_S,
    runRetryDelay: CONNECTION_RETRY_MS,
    // A killed worker is not the job's fault: only a job that kills its worker again and again is given up.
    maxStalledCount: 25,
    metrics: { maxDataPoints: METRICS_MINUTES },
  };
  const worker =
    connection instanceof Cluster && openBlocking
      ? new Worker(queue, process, options, clusterBackend(openBlocking))
      : new Worker(queue, process, options);
  worker.on('error', (error) => observeSparingly('worker.connection.lost', { queue, ...errorFields(error) }));
  worker.on('failed', (job, error) => {
    const isFinal = job?.finishedOn !== undefined || error instanceof UnrecoverableError;
    const tookMs = job?.processedOn && Date.now() - job.processedOn;
    const fields = { queue, job: job?.name, jobId: job?.id, tookMs, ...errorFields(error) };
    observe(isFinal ? 'job.dead.failed' : 'job.retried', fields);
  });
  return { worker, busy: () => running };
}

/** The fields of a job besides its payload. */
interface JobMetadata {
  trace?: Trace;
  isRedelivered?: boolean;
  /** The number of the last start that ended regularly with a snooze. */
  endedStart?: number;
}

async function runJob({ execute }: Executor, job: Job, token: string | undefined): Promise<string> {
  const { trace, isRedelivered = false, endedStart = 0, ...payload } = job.data as JobMetadata;
  const { name, attemptsStarted: starts } = job;
  const commandId = String(job.id);
  const { outcome, isRegularEnd } = await execute({
    name,
    payload,
    trace: trace ?? { requestId: commandId, traceparent: '' },
    commandId,
    isTakeover: starts > 1 ? endedStart !== starts - 1 : isRedelivered,
    starts,
    waitedMs: waitOf(job),
    progress: (done, of) => void job.updateProgress({ done, of }).catch(() => undefined),
  });
  if (outcome.kind === 'snooze') {
    // Without it, the next start would assume that this worker may still be running the job.
    if (isRegularEnd) await job.updateData({ ...job.data, endedStart: starts });
    await job.moveToDelayed(Date.now() + outcome.ms, token);
    throw new DelayedError();
  }
  // An ended job that is kept blocks its id: the command could not be added again.
  if (outcome.kind === 'parked') job.opts.removeOnComplete = true;
  return outcome.kind === 'done' ? 'done' : JSON.stringify(outcome);
}

/** From the moment that a job was due to its first start; undefined for a later start. */
const waitOf = ({ attemptsStarted, timestamp, opts, processedOn }: Job): number | undefined =>
  attemptsStarted !== 1 || processedOn === undefined
    ? undefined
    : Math.max(0, processedOn - timestamp - (opts.delay ?? 0));
