import type { Job, Queue } from 'bullmq';
import { z } from 'zod';
import { refused, unavailable } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import { TIMED_OUT, withTimeout } from '../../../infra/with-timeout.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit } from '../change.ts';

const PATH = '/api/v1/admin/queues';
const TAG = 'Queues';
/** The most failed jobs that one request lists or runs again. */
export const MAX_JOBS = 100;
const params = z.object({ queue: z.string().max(100) });

export const failedSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    payload: z.record(z.string(), z.unknown()).meta({ description: 'The payload of the job; it holds ids only.' }),
    attempts: z.int(),
    reason: z.string(),
    failedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'FailedJob' });
const redrivenSchema = z.object({ redriven: z.array(z.string()) });
const accepted = { 202: { description: 'The jobs that run again', schema: redrivenSchema } };

/** Job queues: counts, failed jobs and redrive. */
export const queueRoutes = (deps: ApiDeps): AnyRoute[] => [
  listQueues(deps),
  listFailedJobs(deps),
  redriveOne(deps),
  redriveAll(deps),
];

const listQueues = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'queues:view',
    access: 'staff',
    summary: 'List queues with their job counts by state',
    tag: TAG,
    answers: {
      200: {
        description: 'All queues',
        schema: z.object({ data: z.array(z.object({ name: z.string(), counts: z.record(z.string(), z.int()) })) }),
      },
    },
    errors: ['QUEUE_UNAVAILABLE'],
    async handle() {
      const countsOf = async (queue: Queue) => ({ name: queue.name, counts: await queue.getJobCounts() });
      const data = await askRedis(deps, () => Promise.all(deps.queues.all.map(countsOf)));
      return { status: 200, body: { data } };
    },
  });

const listFailedJobs = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{queue}/failed`,
    permission: 'queues:view',
    access: 'staff',
    summary: `List the last ${MAX_JOBS} failed jobs of a queue`,
    tag: TAG,
    params,
    answers: { 200: { description: 'Failed jobs, newest first', schema: z.object({ data: z.array(failedSchema) }) } },
    errors: ['QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    async handle(call) {
      const jobs = await failedJobsOf(deps, call.params.queue);
      return { status: 200, body: { data: jobs.map(viewOf) } };
    },
  });

const redriveOne = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: `${PATH}/{queue}/jobs/{id}/redrive`,
    permission: 'queues:operate',
    access: 'staff',
    summary: 'Run a failed job again',
    tag: TAG,
    params: params.extend({ id: z.string().max(200) }),
    answers: accepted,
    errors: ['QUEUE_NOT_FOUND', 'JOB_NOT_FOUND', 'JOB_NOT_FAILED', 'QUEUE_UNAVAILABLE'],
    async handle(call) {
      const { queue, id } = call.params;
      const found = findQueue(deps, queue);
      const [job, state] = await askRedis(deps, () => Promise.all([found.getJob(id), found.getJobState(id)]));
      if (!job) throw refused('JOB_NOT_FOUND', { queue, jobId: id });
      if (state !== 'failed') throw refused('JOB_NOT_FAILED', { state });
      return redrive(deps, call, [job]);
    },
  });

const redriveAll = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: `${PATH}/{queue}/redrive`,
    permission: 'queues:operate',
    access: 'staff',
    summary: `Run up to ${MAX_JOBS} failed jobs of a queue again`,
    tag: TAG,
    params,
    answers: accepted,
    errors: ['QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    async handle(call) {
      return redrive(deps, call, await failedJobsOf(deps, call.params.queue));
    },
  });

/** Writes the audit log entry before it retries the jobs: a retry without an entry could not be explained later. */
async function redrive(deps: ApiDeps, call: Call<{ queue: string }, unknown, unknown>, jobs: readonly Job[]) {
  const { queue } = call.params;
  const ids = jobs.map(({ id }) => String(id));
  const work = async (_tx: Tx) => ({
    answer: { status: 202, headers: {}, body: { redriven: ids } },
    target: { type: 'queue', id: queue },
    before: null,
    after: { redriven: ids },
  });
  const answer = await adminEdit(deps, call, {
    action: 'queue.redrive',
    scope: `${queue} ${ids}`,
    isSecret: true,
    work,
  });
  const retry = () => Promise.allSettled(jobs.map((job) => job.retry('failed')));
  const outcomes = await askRedis(deps, retry, MAY_STILL_RUN);
  refuseWithoutRedis(deps, MAY_STILL_RUN);
  // A rejected job is no longer failed: another request has retried it.
  const body = { redriven: ids.filter((_, index) => outcomes[index]?.status === 'fulfilled') };
  if (jobs.length === 1 && body.redriven.length === 0) throw refused('JOB_NOT_FAILED', { jobId: ids[0] });
  return { ...answer, body };
}

/** The audit log has its entry, and Redis may get the command later. */
const MAY_STILL_RUN =
  'Redis does not answer. The jobs may still run again: look at the failed jobs before you try again.';

/** @throws QUEUE_NOT_FOUND, QUEUE_UNAVAILABLE */
const failedJobsOf = (deps: ApiDeps, name: string): Promise<Job[]> => {
  const queue = findQueue(deps, name);
  return askRedis(deps, () => queue.getFailed(0, MAX_JOBS - 1));
};

/** @throws QUEUE_NOT_FOUND */
function findQueue({ queues }: ApiDeps, name: string): Queue {
  const queue = queues.all.find((queue) => queue.name === name);
  if (!queue) throw refused('QUEUE_NOT_FOUND', { queue: name, known: queues.all.map((queue) => queue.name) });
  return queue;
}

/** How long a request waits for Redis, in milliseconds. A server that is frozen accepts connections and does not answer. */
export const REDIS_TIMEOUT_MS = 2_000;

/**
 * Runs commands of queues. Fails at once without Redis, and soon when it does not answer, instead of blocking the request.
 * @throws QUEUE_UNAVAILABLE
 */
async function askRedis<T>(deps: ApiDeps, ask: () => Promise<T>, message?: string): Promise<T> {
  refuseWithoutRedis(deps, message);
  const answer = await withTimeout(ask(), REDIS_TIMEOUT_MS).catch((error) => {
    observeSparingly('queue.down', errorFields(error));
    throw unavailable('QUEUE_UNAVAILABLE', undefined, message);
  });
  if (answer === TIMED_OUT) throw unavailable('QUEUE_UNAVAILABLE', undefined, message);
  return answer;
}

function refuseWithoutRedis({ queues }: ApiDeps, message?: string): void {
  if (!queues.isConnected()) throw unavailable('QUEUE_UNAVAILABLE', undefined, message);
}

const viewOf = (job: Job) => {
  const { trace: _trace, ...payload } = job.data as Record<string, unknown>;
  return {
    id: String(job.id),
    name: job.name,
    payload,
    attempts: job.attemptsMade,
    reason: job.failedReason?.slice(0, 500) ?? '',
    failedAt: job.finishedOn ? new Date(job.finishedOn) : null,
  };
};
