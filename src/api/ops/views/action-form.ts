import { randomUUID } from 'node:crypto';
import { RequestFault } from '../../http/errors/failure.ts';
import type { Answer } from '../../http/route.ts';
import { callApi, type RouteCall } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import { alertBox } from '../ops-page.ts';
import type { FormFields, OpsDeps, OpsRequest } from '../ops-request.ts';

export interface ActionForm {
  /** The page that handles the form. */
  page: string;
  action: string;
  title: string;
  hidden?: FormFields;
  fields?: Html | undefined;
  /** What the button acts on, for screen readers, where a page has the same button many times. */
  about?: string;
}

/**
 * The form of one action. Its key makes a form that is sent twice have one effect, if the route takes an
 * Idempotency-Key: redrives do not.
 */
export const actionForm = (csrfInput: Html, { page, action, title, hidden = {}, fields, about }: ActionForm): Html =>
  html`<form method="post" action="${page}">
  ${csrfInput}<input type="hidden" name="key" value="${randomUUID()}"><input type="hidden" name="action" value="${action}">
  ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
  ${fields}
  <button${about !== undefined && html` aria-label="${title}: ${about}"`}>${title}</button>
</form>`;

/** The form of an action with fields, folded until somebody opens it. */
export const foldedForm = (csrfInput: Html, form: ActionForm): Html =>
  html`<details><summary>${form.title}</summary>${actionForm(csrfInput, form)}</details>`;

/** The route of the API that an action calls, from the fields of its form; it gets the parameters of the page. */
export type ActionTarget = (fields: FormFields) => Pick<RouteCall, 'path' | 'params' | 'body'>;

/** Calls the route of the form's action. @throws RequestFault VALIDATION_FAILED without one, and the errors of the route */
export async function runAction(
  deps: OpsDeps,
  opsRequest: OpsRequest,
  actions: ReadonlyMap<string, ActionTarget>,
): Promise<Answer> {
  const fields = opsRequest.body as FormFields;
  const target = actions.get(fields.action ?? '');
  if (!target) throw new RequestFault('VALIDATION_FAILED', { message: 'The form names no action.' });
  return callApi(deps, opsRequest, {
    method: 'post',
    params: opsRequest.params,
    ...target(fields),
    headers: { 'idempotency-key': fields.key ?? '' },
  });
}

/** Why a form was refused, or else what its action did, named by the query parameter `done`. */
export function outcomeBox(
  { query }: OpsRequest,
  { alert, notes }: { alert: string | undefined; notes: ReadonlyMap<string, string> },
): Html | undefined {
  if (alert !== undefined) return alertBox(alert);
  const note = notes.get(query.done ?? '');
  return note === undefined ? undefined : html`<p role="status" class="note">${note}</p>`;
}
