import type { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import { ruleOf } from '../../../domain/reconciliation.ts';
import type { discrepancySchema } from '../../admin/reconciliation/reconciliation-view.ts';
import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import { csrfField, type OpsPage } from '../ops-page.ts';
import type { FormFields, OpsDeps, OpsRequest } from '../ops-request.ts';
import { type ActionTarget, actionForm, foldedForm, outcomeBox, runAction } from '../views/action-form.ts';
import { type Fact, factList } from '../views/fact-list.ts';
import { code, orDash, time } from '../views/formats.ts';
import { permittedLink } from '../views/permitted-link.ts';
import { table } from '../views/table.ts';
import { type FactSheet, factSheet, NONE } from './fact-sheet.ts';

type Discrepancy = z.infer<typeof discrepancySchema>;

const NOTES: ReadonlyMap<string, string> = new Map([
  ['resolve', 'Marked as resolved. If a later run finds it again, it is a new discrepancy.'],
  ['heal', 'The recovery rule is being applied again. Reload this page in a moment.'],
]);

const ACTIONS: ReadonlyMap<string, ActionTarget> = new Map<string, ActionTarget>([
  ['resolve', ({ note }) => ({ path: '/reconciliation/discrepancies/{id}/resolve', body: { note } })],
  ['heal', () => ({ path: '/reconciliation/discrepancies/{id}/heal' })],
]);

/** One discrepancy with its facts side by side, and the actions that a person may take. */
export const discrepancyPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/reconciliation/:id',
  access: 'staff',
  permission: 'queues:view',
  async render(opsRequest, alert) {
    const { params } = opsRequest;
    const path = '/reconciliation/discrepancies/{id}';
    const { body } = await callApi(deps, opsRequest, { method: 'get', path, params });
    const discrepancy = body as Discrepancy;
    const sheet = factSheet(discrepancy);
    return {
      title: discrepancy.kind,
      isWide: true,
      main: html`${outcomeBox(opsRequest, { alert, notes: NOTES })}${factList(headOf(discrepancy))}
${sheet.compared.length > 0 && html`<h2>What each account says</h2>${accountTable(sheet)}`}
<h2>Facts</h2>${factList(sheet.single.map(([name, value]): Fact => [name, linked(opsRequest, name, value)]))}
${discrepancy.facts.differences !== undefined && html`<p class="hint">Amounts in the differences are in paise.</p>`}
${actionsOf(deps, opsRequest, discrepancy)}`,
    };
  },
  async submit(opsRequest) {
    const { params, body } = opsRequest;
    await runAction(deps, opsRequest, ACTIONS);
    const { action = '' } = body as FormFields;
    return { to: `/ops/reconciliation/${encodeURIComponent(params.id ?? '')}?done=${action}` };
  },
});

const headOf = (discrepancy: Discrepancy): Fact[] => {
  const { state, severity, rule, action, note, runId, foundAt, seenAt, decidedAt, decidedBy } = discrepancy;
  return [
    ['State', code(state)],
    ['Severity', code(severity)],
    ['Rule', rule],
    ['Found', html`${time(foundAt)} by a <a href="/ops/reconciliation/runs/${runId}">run</a>`],
    ['Last seen', time(seenAt)],
    ['Repair', orDash(action)],
    ['Decided', decidedAt === null ? '–' : html`${time(decidedAt)}${decidedBy !== null && ` by ${decidedBy}`}`],
    ['Note', orDash(note)],
  ];
};

const accountTable = ({ accounts, compared }: FactSheet): Html =>
  table(
    'Accounts',
    [
      { title: 'Fact', cell: ({ name }) => name },
      ...accounts.map((title, index) => ({
        title,
        cell: ({ values }: FactSheet['compared'][number]) => orDash(values[index]),
      })),
    ],
    compared,
  );

/** The pages that show what an id names. */
const PAGES: ReadonlyMap<string, [path: string, permission: Permission]> = new Map([
  ['orderId', ['/ops/orders/', 'orders:read']],
  ['checkoutId', ['/ops/payments?checkoutId=', 'orders:read']],
  ['variantId', ['/ops/stock/', 'products:update']],
]);

function linked(opsRequest: OpsRequest, name: string, value: string): Html | string {
  const [path, permission] = PAGES.get(name) ?? [];
  if (permission === undefined || value === NONE) return value;
  return permittedLink(opsRequest, { path: `${path}${value}`, permission }, value);
}

function actionsOf(deps: OpsDeps, opsRequest: OpsRequest, { id, kind, state }: Discrepancy): Html | undefined {
  if (state !== 'person' || !opsRequest.person?.permissions.has('queues:operate')) return undefined;
  const csrfInput = csrfField(deps, 'staff', opsRequest);
  const page = `/ops/reconciliation/${id}`;
  const note = html`<label>What was done<input name="note" maxlength="500" required aria-describedby="note-hint"></label>
<p class="hint" id="note-hint">Stays with the discrepancy. It must not contain personal data.</p>`;
  return html`<h2>Actions</h2><div class="commands">
${ruleOf(kind).heals && actionForm(csrfInput, { page, action: 'heal', title: 'Apply the recovery rule again' })}
${foldedForm(csrfInput, { page, action: 'resolve', title: 'Mark as resolved', fields: note })}</div>`;
}
