import { type CheckoutEvent, type CheckoutSnapshot, checkoutMachine, decide } from '../../src/machines/checkout.ts';
import { codes, table } from './table.ts';

const TOTAL = 1_000;

const inPayment = (step: string): Column => ({
  name: step,
  value: { PAYMENT_PENDING: step } as Value,
  refunded: false,
});

type Value = CheckoutSnapshot['value'];

interface Column {
  name: string;
  value: Value;
  refunded: boolean;
}

const COLUMNS: readonly Column[] = [
  ...['working', 'awaitingMethod', 'awaitingAction', 'processing'].map(inPayment),
  { name: 'ended without an order', value: { terminal: 'EXPIRED' }, refunded: false },
  { name: 'ended without an order, refunded', value: { terminal: 'FAILED' }, refunded: true },
];

const ROWS: readonly (readonly [says: string, event: CheckoutEvent])[] = [
  ['succeeded', { type: 'PAYMENT_SUCCEEDED', amount: TOTAL }],
  ['succeeded, but less than the total', { type: 'PAYMENT_SUCCEEDED', amount: TOTAL - 1 }],
  ['requires a method, none tried yet', { type: 'METHOD_REQUIRED' }],
  ['requires a method after a decline', { type: 'PAYMENT_DECLINED' }],
  ['requires action', { type: 'ACTION_REQUIRED' }],
  ['processing', { type: 'PAYMENT_PROCESSING' }],
  ['cancelled', { type: 'PAYMENT_CANCELED' }],
];

/** Builds the table of provider events by state of the checkout; the state machine computes each cell. */
export function paymentTable(): string {
  const rows = ROWS.map(([says, event]) => [
    says,
    codes([event.type]),
    ...COLUMNS.map((column) => cell(column, event)),
  ]);
  return table(['the provider says', 'event', ...COLUMNS.map(({ name }) => name)], rows);
}

function cell({ value, refunded }: Column, event: CheckoutEvent): string {
  const from = checkoutMachine.resolveState({ value, context: { total: TOTAL, refunded } });
  const { next, accepted, actions } = decide(from, event);
  if (!accepted) return 'refused';
  const to = innermost(next) === innermost(from) ? 'stays' : codes([innermost(next)]);
  return actions.includes('refundPayment') ? `${to}, ${codes(['refundPayment'])}` : to;
}

const innermost = ({ value }: CheckoutSnapshot): string =>
  typeof value === 'string' ? value : (Object.values(value)[0] ?? '');
