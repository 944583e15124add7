import type { Job, Queue } from 'bullmq';
import { z } from 'zod';
import { refused, unavailable } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit } from '../change.ts';

const PATH = '/api/v1/admin/queues';
const TAG = 'Queues';
/** Failed jobs that are listed, or run again, in one request. */
const MOST = 100;
const params = z.object({ queue: z.string().max(100) });

const failedSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    payload: z.record(z.string(), z.unknown()).meta({ description: 'Ids only.' }),
    attempts: z.int(),
    reason: z.string(),
    failedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'FailedJob' });
const redriven = z.object({ redriven: z.array(z.string()) });
const accepted = { 202: { description: 'They run again', schema: redriven } };

/** The queues, and running again what has failed. */
export const queueRoutes = (deps: ApiDeps): AnyRoute[] => [
  counts(deps),
  failed(deps),
  redriveOne(deps),
  redriveAll(deps),
];

const counts = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'queues:view',
    access: 'staff',
    summary: 'The queues and how many jobs are in which state',
    tag: TAG,
    answers: {
      200: {
        description: 'All of them',
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

const failed = (deps: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{queue}/failed`,
    permission: 'queues:view',
    access: 'staff',
    summary: `The last ${MOST} jobs that failed for good`,
    tag: TAG,
    params,
    answers: { 200: { description: 'Newest first', schema: z.object({ data: z.array(failedSchema) }) } },
    errors: ['QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    async handle(call) {
      const jobs = await queueNamed(deps, call.params.queue).getFailed(0, MOST - 1);
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
      const job = await queueNamed(deps, queue).getJob(id);
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
    summary: `Run the failed jobs of a queue again, at most ${MOST} at once`,
    tag: TAG,
    params,
    answers: accepted,
    errors: ['QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    async handle(call) {
      return redrive(deps, call, await queueNamed(deps, call.params.queue).getFailed(0, MOST - 1));
    },
  });

/** Written down before it is done: an entry without its effect can be explained, the other way round cannot. */
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
  // Somebody else was faster with those that are rejected: they run already.
  const body = { redriven: ids.filter((_, index) => outcomes[index]?.status === 'fulfilled') };
  if (jobs.length === 1 && body.redriven.length === 0) throw refused('JOB_NOT_FAILED', { jobId: ids[0] });
  return { ...answer, body };
}

/** @throws QUEUE_NOT_FOUND, QUEUE_UNAVAILABLE: to wait for Redis would keep the client waiting for as long as it is away. */
function queueNamed(deps: ApiDeps, name: string): Queue {
  const queue = deps.queues.all.find((one) => one.name === name);
  if (!queue) throw refused('QUEUE_NOT_FOUND', { queue: name, known: deps.queues.all.map((one) => one.name) });
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
