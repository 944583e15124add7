import type { z } from 'zod';
import { runSchema } from '../../admin/reconciliation/reconciliation-view.ts';
import { type Html, html } from '../html.ts';
import { csrfField, type OpsPage } from '../ops-page.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { type ActionTarget, actionForm, outcomeBox, runAction } from '../views/action-form.ts';
import { code, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';

export type ListedRun = z.infer<typeof runSchema>;

const PATH = '/ops/reconciliation/runs';
const KINDS = runSchema.shape.kind.options;
const NOTES: ReadonlyMap<string, string> = new Map([['start', 'The run has started.']]);
const ACTIONS: ReadonlyMap<string, ActionTarget> = new Map<string, ActionTarget>([
  ['start', ({ kind }) => ({ path: '/reconciliation/runs', body: { kind } })],
]);

/** Lists reconciliation runs, and starts one. */
export const runListPage = (deps: OpsDeps): OpsPage => ({
  ...listPage<ListedRun>(deps, {
    path: PATH,
    title: 'Reconciliation runs',
    permission: 'queues:view',
    api: '/reconciliation/runs',
    filters: [{ name: 'kind', label: 'Kind', options: KINDS }],
    above: (opsRequest, alert) =>
      html`${outcomeBox(opsRequest, { alert, notes: NOTES })}${startForms(deps, opsRequest)}`,
    columns: [
      { title: 'Started', cell: ({ id, startedAt }) => html`<a href="${PATH}/${id}">${time(startedAt)}</a>` },
      { title: 'Kind', cell: ({ kind }) => code(kind) },
      {
        title: 'State',
        cell: ({ state, phase }) => (state === 'done' ? code(state) : html`${code(state)} (${phase})`),
      },
      { title: 'Found', isNumber: true, cell: ({ counts }) => String(counts.found ?? 0) },
      { title: 'Healed', isNumber: true, cell: ({ counts }) => String(counts.healed ?? 0) },
      { title: 'For a person', isNumber: true, cell: ({ counts }) => String(counts.person ?? 0) },
      { title: 'Finished', cell: ({ finishedAt }) => time(finishedAt) },
    ],
  }),
  async submit(opsRequest) {
    await runAction(deps, opsRequest, ACTIONS);
    return { to: `${PATH}?done=start` };
  },
});

function startForms(deps: OpsDeps, opsRequest: OpsRequest): Html | undefined {
  if (!opsRequest.person?.permissions.has('queues:operate')) return undefined;
  const csrfInput = csrfField(deps, 'staff', opsRequest);
  const forms = KINDS.map((kind) =>
    actionForm(csrfInput, { page: PATH, action: 'start', title: `Start a ${kind} run`, hidden: { kind } }),
  );
  return html`<p>${code('recent')} checks what changed in the last two days, ${code('full')} checks everything.</p><div class="row">${forms}</div>`;
}
