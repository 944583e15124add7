import type { z } from 'zod';
import { type failedSchema, MAX_JOBS } from '../../admin/operations/queues.ts';
import { failureOf } from '../../http/errors/failure.ts';
import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import { alertBox, csrfField } from '../ops-page.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { alertTextOf } from '../refusal-text.ts';
import { type ActionTarget, actionForm } from '../views/action-form.ts';
import { time } from '../views/formats.ts';
import { table } from '../views/table.ts';

type FailedJob = Omit<z.infer<typeof failedSchema>, 'failedAt'> & { failedAt: string | Date | null };

/** The routes of the forms that run failed jobs again. */
export const REDRIVE_ACTIONS: readonly [action: string, target: ActionTarget][] = [
  ['redrive', ({ queue = '', id = '' }) => ({ path: '/queues/{queue}/jobs/{id}/redrive', params: { queue, id } })],
  ['redrive-all', ({ queue = '' }) => ({ path: '/queues/{queue}/redrive', params: { queue } })],
];

/** What these forms did, by action. */
export const REDRIVE_NOTES: readonly [action: string, note: string][] = [
  ['redrive', 'The job runs again.'],
  ['redrive-all', `Up to ${MAX_JOBS} failed jobs run again.`],
];

/** The last failed jobs of a queue, with forms that run them again for staff who may; `page` handles the forms. */
export async function failedJobs(
  deps: OpsDeps,
  opsRequest: OpsRequest,
  { queue, page }: { queue: string; page: string },
): Promise<Html> {
  const read = () => callApi(deps, opsRequest, { method: 'get', path: '/queues/{queue}/failed', params: { queue } });
  return orUnavailable(async () => {
    const { data } = (await read()).body as { data: FailedJob[] };
    if (data.length === 0) return html`<p>None.</p>`;
    const mayOperate = opsRequest.person?.permissions.has('queues:operate') ?? false;
    const form = formsOf(csrfField(deps, 'staff', opsRequest), { queue, page });
    const columns = mayOperate ? [...COLUMNS, { title: 'Redrive', cell: form.one }] : COLUMNS;
    return html`${table('Failed jobs', columns, data)}${data.length === MAX_JOBS && LAST_ONES}${mayOperate && form.all}`;
  });
}

/** Shows a part of a page that needs the queue, or that the queue is unavailable. */
export async function orUnavailable(show: () => Promise<Html>): Promise<Html> {
  try {
    return await show();
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code !== 'QUEUE_UNAVAILABLE') throw error;
    return html`${alertBox(alertTextOf(failure))}`;
  }
}

const formsOf = (csrfInput: Html, { queue, page }: { queue: string; page: string }) => ({
  one: ({ id }: FailedJob) =>
    actionForm(csrfInput, { page, action: 'redrive', title: 'Run again', hidden: { queue, id }, about: id }),
  all: actionForm(csrfInput, {
    page,
    action: 'redrive-all',
    title: `Run up to ${MAX_JOBS} again`,
    hidden: { queue },
  }),
});

const LAST_ONES = html`<p>The last ${String(MAX_JOBS)} are shown.</p>`;

const COLUMNS = [
  { title: 'Failed', cell: ({ failedAt }: FailedJob) => time(failedAt) },
  { title: 'Job', cell: ({ name }: FailedJob) => name },
  { title: 'Payload', cell: ({ payload }: FailedJob) => textOf(payload) },
  { title: 'Attempts', isNumber: true as const, cell: ({ attempts }: FailedJob) => String(attempts) },
  { title: 'Reason', cell: ({ reason }: FailedJob) => reason },
];

const textOf = (payload: Readonly<Record<string, unknown>>): string =>
  Object.entries(payload)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ') || '–';
