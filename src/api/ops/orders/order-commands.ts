import { invalid } from '../../http/errors/problems.ts';
import type { RouteCall } from '../api-call.ts';
import type { FormFields } from '../ops-request.ts';

/** The route below `/orders/{id}` that runs a command, and the body that the form sends to it. */
interface Target {
  path: string;
  params?: FormFields;
  body: object;
}

const idOf = (name: string, fields: FormFields): FormFields => ({ [name]: fields[name] ?? '' });

/** The commands of the forms, by their action. */
const COMMANDS = new Map<string, (fields: FormFields) => Target>([
  ['PROCESS', () => ({ path: 'transitions', body: { command: 'PROCESS' } })],
  ['CANCEL', ({ reason }) => ({ path: 'transitions', body: { command: 'CANCEL', reason } })],
  ['CANCEL_UNITS', (fields) => ({ path: 'cancellations', body: { lines: linesOf(fields), reason: fields.reason } })],
  ['SHIP', (fields) => ({ path: 'shipments', body: shipmentOf(fields) })],
  ['DELIVER', (fields) => ({ path: 'shipments/{shipmentId}/delivery', params: idOf('shipmentId', fields), body: {} })],
  ['REFUND', (fields) => ({ path: 'refunds', body: refundOf(fields) })],
  ['RECORD_REFUND', ({ amount, reason }) => ({ path: 'credit-notes', body: { amount: paiseOf(amount), reason } })],
  ['RETRY_REFUND', (fields) => ({ path: 'refunds/{refundId}/retry', params: idOf('refundId', fields), body: {} })],
  ['REQUEST_RETURN', (fields) => ({ path: 'returns', body: { lines: linesOf(fields), reason: fields.reason } })],
  ['APPROVE_RETURN', (fields) => ({ path: 'returns/{returnId}/approve', params: idOf('returnId', fields), body: {} })],
  [
    'REJECT_RETURN',
    (fields) => ({
      path: 'returns/{returnId}/reject',
      params: idOf('returnId', fields),
      body: { reason: fields.reason },
    }),
  ],
  [
    'RECEIVE_RETURN',
    (fields) => ({
      path: 'returns/{returnId}/receive',
      params: idOf('returnId', fields),
      body: { ...someLines('restock', fields), refund: fields.refund === 'yes' },
    }),
  ],
]);

/**
 * The API request of an order form; undefined for an unknown command. The key of the form makes a form that is sent
 * twice have one effect. @throws RequestFault VALIDATION_FAILED for an amount or a number of units that is none
 */
export function commandRequest(orderId: string, fields: FormFields): RouteCall | undefined {
  const target = COMMANDS.get(fields.action ?? '')?.(fields);
  return (
    target && {
      method: 'post',
      path: `/orders/{id}/${target.path}`,
      params: { ...target.params, id: orderId },
      body: target.body,
      headers: { 'idempotency-key': fields.key ?? '', prefer: 'wait=3' },
    }
  );
}

/** The lines with units, from the fields `units-1`, `units-2` and so on. @throws RequestFault for text that is no number */
const linesOf = (fields: FormFields): { line: number; quantity: number }[] =>
  Object.entries(fields).flatMap(([name, value]) => {
    const [, line] = /^units-(\d+)$/.exec(name) ?? [];
    if (line === undefined) return [];
    if (!/^\d{0,6}$/.test(value.trim())) {
      throw invalid([{ where: `Units of line ${line}`, problem: 'must be a whole number like 2' }]);
    }
    return Number(value) === 0 ? [] : [{ line: Number(line), quantity: Number(value) }];
  });

const someLines = (name: string, fields: FormFields): object => {
  const lines = linesOf(fields);
  return lines.length > 0 ? { [name]: lines } : {};
};

const shipmentOf = (fields: FormFields): object => ({
  lines: linesOf(fields),
  ...(fields.carrier && { carrier: fields.carrier }),
  ...(fields.trackingNumber && { trackingNumber: fields.trackingNumber }),
});

const refundOf = (fields: FormFields): object => ({
  ...(fields.amount && { amount: paiseOf(fields.amount) }),
  ...someLines('lines', fields),
  ...(fields.delivery === 'yes' && { delivery: true }),
  reason: fields.reason,
});

/** The paise of an amount in rupees. @throws RequestFault for a text that is no amount, and for zero */
function paiseOf(rupees = ''): number {
  const [, whole = '0', part = ''] = /^\s*(\d{1,10})(?:\.(\d{1,2}))?\s*$/.exec(rupees) ?? [];
  const paise = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  if (paise > 0) return paise;
  throw invalid([{ where: 'Amount', problem: 'must be an amount in rupees like 1250 or 1250.50' }]);
}
