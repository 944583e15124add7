import { ADJUST_REASONS, RECEIVE_REASONS } from '../../admin/catalogue/inventory.ts';
import { type Html, html } from '../html.ts';
import type { FormFields } from '../ops-request.ts';
import { type ActionTarget, foldedForm } from '../views/action-form.ts';

const PATH = '/variants/{id}/inventory';

const reasonField = (reasons: readonly string[]): Html =>
  html`<label>Reason<select name="reason">${reasons.map((reason) => html`<option>${reason}</option>`)}</select></label>
<label>Note (optional)<input name="note" maxlength="500" aria-describedby="note-hint"></label>`;

const numberField = (name: string, label: string, least: number): Html =>
  html`<label>${label}<input type="number" name="${name}" min="${String(least)}" max="10000000" required></label>`;

/** The forms that change the stock of a variant. */
export const levelForms = (csrfInput: Html, page: string): Html => html`<h2>Commands</h2>
<p class="hint" id="note-hint">A note stays with the movement. It must not contain personal data.</p>
<div class="commands">
${foldedForm(csrfInput, {
  page,
  action: 'receive',
  title: 'Receive goods',
  fields: html`${numberField('quantity', 'Units', 1)}${reasonField(RECEIVE_REASONS)}`,
})}
${foldedForm(csrfInput, {
  page,
  action: 'count',
  title: 'Record a count',
  fields: html`${numberField('counted', 'Counted units on hand', 0)}${reasonField(ADJUST_REASONS)}`,
})}
${foldedForm(csrfInput, {
  page,
  action: 'adjust',
  title: 'Add or remove units',
  fields: html`${numberField('delta', 'Difference in units, negative to remove', -10_000_000)}${reasonField(ADJUST_REASONS)}`,
})}
</div>`;

/** The routes of the forms, by their action. */
export const LEVEL_ACTIONS: ReadonlyMap<string, ActionTarget> = new Map<string, ActionTarget>([
  ['receive', (fields) => ({ path: `${PATH}/receive`, body: bodyOf('quantity', fields) })],
  ['count', (fields) => ({ path: `${PATH}/adjust`, body: bodyOf('counted', fields) })],
  ['adjust', (fields) => ({ path: `${PATH}/adjust`, body: bodyOf('delta', fields) })],
]);

/** An empty field is not sent as 0: the API refuses the form, and says which field it misses. */
const bodyOf = (name: string, { reason, note, ...fields }: FormFields): object => ({
  ...(fields[name] && { [name]: Number(fields[name]) }),
  reason,
  ...(note && { note }),
});
