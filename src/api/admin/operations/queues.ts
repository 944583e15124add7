import type { Job, Queue } from 'bullmq';
import { z } from 'zod';
import { refused, unavailable } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
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
      refuseWithoutRedis(deps);
      const all = deps.queues.all.map(async (queue) => ({ name: queue.name, counts: await queue.getJobCounts() }));
      return { status: 200, body: { data: await Promise.all(all) } };
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
      const jobs = await findQueue(deps, call.params.queue).getFailed(0, MAX_JOBS - 1);
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
      const job = await findQueue(deps, queue).getJob(id);
      if (!job) throw refused('JOB_NOT_FOUND', { queue, jobId: id });
      if (!(await job.isFailed())) throw refused('JOB_NOT_FAILED', { state: await job.getState() });
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
      return redrive(deps, call, await findQueue(deps, call.params.queue).getFailed(0, MAX_JOBS - 1));
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
  const outcomes = await Promise.allSettled(jobs.map((job) => job.retry('failed')));
  // A rejected job is no longer failed: another request has retried it.
  const body = { redriven: ids.filter((_, index) => outcomes[index]?.status === 'fulfilled') };
  if (jobs.length === 1 && body.redriven.length === 0) throw refused('JOB_NOT_FAILED', { jobId: ids[0] });
  return { ...answer, body };
}

/** Fails at once without Redis, instead of blocking the request. @throws QUEUE_NOT_FOUND, QUEUE_UNAVAILABLE */
function findQueue(deps: ApiDeps, name: string): Queue {
  const queue = deps.queues.all.find((queue) => queue.name === name);
  if (!queue) throw refused('QUEUE_NOT_FOUND', { queue: name, known: deps.queues.all.map((queue) => queue.name) });
  refuseWithoutRedis(deps);
  return queue;
}

function refuseWithoutRedis({ queues }: ApiDeps): void {
  if (!queues.isConnected()) throw unavailable('QUEUE_UNAVAILABLE');
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
