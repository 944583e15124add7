import type { Permission } from '../../../domain/access/permissions.ts';
import { type OrderCommand, RETURN_REASONS } from '../../../domain/states.ts';
import type { AdminOrder } from '../../orders/order-view.ts';
import { type Html, html } from '../html.ts';
import { foldedForm } from '../views/action-form.ts';
import { type FormFrame, reasonField, unitFields } from './form-fields.ts';
import { returnForms, shipmentForms } from './part-forms.ts';

/** A form of one command about the whole order. */
interface CommandForm {
  command: OrderCommand;
  permission: Permission;
  title: string;
  fields(order: AdminOrder): Html | undefined;
}

const optional = (name: string, label: string) =>
  html`<label>${label} (optional)<input name="${name}" maxlength="60"></label>`;
const amountField = (isRequired: boolean) =>
  html`<label>Amount in rupees${!isRequired && ' (instead of units)'}<input name="amount" inputmode="decimal" pattern="\\d+(\\.\\d{1,2})?" maxlength="13"${
    isRequired && REQUIRED
  }></label>`;
const REQUIRED: Html = { markup: ' required' };

const FORMS: readonly CommandForm[] = [
  { command: 'PROCESS', permission: 'orders:update', title: 'Start packing', fields: () => undefined },
  {
    command: 'SHIP',
    permission: 'orders:update',
    title: 'Ship units',
    fields: (order) =>
      html`${unitFields(order, { units: notShipped, isAll: true })}${optional('carrier', 'Carrier')}${optional('trackingNumber', 'Tracking number')}`,
  },
  {
    command: 'CANCEL_UNITS',
    permission: 'orders:update',
    title: 'Cancel units',
    fields: (order) => html`${unitFields(order, { units: notShipped })}${reasonField}`,
  },
  { command: 'CANCEL', permission: 'orders:update', title: 'Cancel the order', fields: () => reasonField },
  {
    command: 'REFUND',
    permission: 'orders:refund',
    title: 'Refund without a return',
    fields: (order) =>
      html`${unitFields(order, { units: ({ shipped }) => shipped })}<label class="check"><input type="checkbox" name="delivery" value="yes"> The delivery charge as well</label>${amountField(false)}${reasonField}`,
  },
  {
    command: 'RECORD_REFUND',
    permission: 'orders:refund',
    title: 'Record a refund made outside the payment provider',
    fields: () => html`${amountField(true)}${reasonField}`,
  },
  {
    command: 'REQUEST_RETURN',
    permission: 'orders:update',
    title: 'Request a return for the customer',
    fields: (order) =>
      html`${unitFields(order, { units: ({ shipped, returned }) => shipped - returned })}<label>Reason<select name="reason">${RETURN_REASONS.map(
        (reason) => html`<option>${reason}</option>`,
      )}</select></label>`,
  },
];

const notShipped = ({ quantity, shipped, cancelled }: AdminOrder['lines'][number]) => quantity - shipped - cancelled;

/** The forms of all commands that the state of the order and the role of the person allow now. */
export function orderForms(
  order: AdminOrder,
  { csrfInput, permissions }: { csrfInput: Html; permissions: ReadonlySet<Permission> },
): Html[] {
  const isAllowed = (command: OrderCommand, permission: Permission) =>
    order.allowed.includes(command) && permissions.has(permission);
  const frame: FormFrame = ({ command, ...form }) =>
    foldedForm(csrfInput, { ...form, page: `/ops/orders/${order.id}`, action: command });
  const whole = FORMS.filter(({ command, permission }) => isAllowed(command, permission)).map((form) =>
    frame({ ...form, fields: form.fields(order) }),
  );
  return [...whole, ...shipmentForms(order, { isAllowed, frame }), ...returnForms(order, { isAllowed, frame })];
}
