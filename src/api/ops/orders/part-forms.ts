import type { AdminOrder } from '../../orders/order-view.ts';
import { type Html, html } from '../html.ts';
import { money } from '../views/formats.ts';
import { type FormRules, reasonField, unitFields } from './form-fields.ts';

/** The forms of parcels that are under way, and of refunds that failed. */
export function shipmentForms({ shipments, refunds, currency }: AdminOrder, { isAllowed, frame }: FormRules): Html[] {
  const parcels = isAllowed('DELIVER', 'orders:update') ? shipments.filter((each) => each.deliveredAt === null) : [];
  const failed = isAllowed('RETRY_REFUND', 'orders:refund') ? refunds.filter(({ state }) => state === 'failed') : [];
  return [
    ...parcels.map(({ id, number }) =>
      frame({ command: 'DELIVER', title: `Mark parcel ${number} as delivered`, hidden: { shipmentId: id } }),
    ),
    ...failed.map(({ id, amount }) =>
      frame({
        command: 'RETRY_REFUND',
        title: `Retry the refund of ${money(amount, currency)}`,
        hidden: { refundId: id },
      }),
    ),
  ];
}

/** The forms of returns that wait for a decision or for the goods. */
export const returnForms = (order: AdminOrder, rules: FormRules): Html[] =>
  order.returns.flatMap((each, index) => formsOfReturn(order, rules, { ...each, name: `return ${index + 1}` }));

type Return = AdminOrder['returns'][number] & { name: string };

function formsOfReturn(order: AdminOrder, { isAllowed, frame }: FormRules, { id, state, lines, name }: Return): Html[] {
  const hidden = { returnId: id };
  const isWaiting = state === 'requested' && isAllowed('APPROVE_RETURN', 'orders:update');
  const isUnderWay = state === 'approved' && isAllowed('RECEIVE_RETURN', 'orders:refund');
  const unitsOf = ({ line }: { line: number }) => lines.find((each) => each.line === line)?.quantity ?? 0;
  return [
    ...(isWaiting ? [frame({ command: 'APPROVE_RETURN', title: `Approve ${name}`, hidden })] : []),
    ...(isWaiting ? [frame({ command: 'REJECT_RETURN', title: `Reject ${name}`, hidden, fields: reasonField })] : []),
    ...(isUnderWay
      ? [
          frame({
            command: 'RECEIVE_RETURN',
            title: `Receive ${name}`,
            hidden,
            fields: html`<p>Units to put back into stock:</p>${unitFields(order, { units: unitsOf })}
<label class="check"><input type="checkbox" name="refund" value="yes" checked> Refund the returned units</label>`,
          }),
        ]
      : []),
  ];
}
