import type { AdminOrder } from '../../orders/order-view.ts';
import { type Html, html } from '../html.ts';
import { code, money, orDash, time } from '../views/formats.ts';
import { table } from '../views/table.ts';
import { traceColumn } from '../views/trace-column.ts';

/** The main facts of an order, as a list of terms. */
export const orderHead = (order: AdminOrder): Html => {
  const { totals, currency } = order;
  const facts: [term: string, fact: string | Html][] = [
    ['State', code(order.state)],
    ['Placed', time(order.placedAt)],
    ['Buyer', html`${order.email ?? 'erased'}${order.customerId === null ? ' (guest)' : ' (customer)'}`],
    ['Total', `${money(totals.total, currency)}, with delivery for ${money(totals.shipping, currency)}`],
    ['Refunded', money(order.refunded, currency)],
    ['Delivery to', addressOf(order.shippingAddress)],
    ['Method', orDash(order.shippingMethod)],
  ];
  return html`<dl>${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`;
};

const addressOf = (address: AdminOrder['shippingAddress']): string =>
  address === null
    ? 'erased'
    : [
        address.name,
        address.line1,
        address.line2,
        `${address.postalCode} ${address.city}`,
        address.state,
        address.phone,
      ]
        .filter(Boolean)
        .join(', ');

export const lineTable = ({ lines, currency }: AdminOrder): Html =>
  table(
    'Lines',
    LINE_COLUMNS.map((column) => ({ ...column, cell: (line: Line) => column.cell(line, currency) })),
    lines,
  );

type Line = AdminOrder['lines'][number];

const LINE_COLUMNS: { title: string; isNumber?: true; cell(line: Line, currency: string): string }[] = [
  { title: 'Goods', cell: ({ title, sku }) => `${title} (${sku})` },
  { title: 'Price', isNumber: true, cell: ({ unitPrice }, currency) => money(unitPrice, currency) },
  { title: 'Ordered', isNumber: true, cell: ({ quantity }) => String(quantity) },
  { title: 'Shipped', isNumber: true, cell: ({ shipped }) => String(shipped) },
  { title: 'Cancelled', isNumber: true, cell: ({ cancelled }) => String(cancelled) },
  { title: 'Returned', isNumber: true, cell: ({ returned }) => String(returned) },
  { title: 'Refunded', isNumber: true, cell: ({ refunded }) => String(refunded) },
];

/** The parcels, refunds and returns of an order; nothing for a kind that it has none of. */
export const partTables = ({ shipments, refunds, returns, currency }: AdminOrder): Html => html`
${
  shipments.length > 0 &&
  html`<h2>Parcels</h2>${table(
    'Parcels',
    [
      { title: 'Parcel', isNumber: true, cell: ({ number }) => String(number) },
      { title: 'Shipped', cell: ({ shippedAt }) => time(shippedAt) },
      { title: 'Delivered', cell: ({ deliveredAt }) => time(deliveredAt) },
      { title: 'Carrier', cell: ({ carrier }) => orDash(carrier) },
      { title: 'Tracking number', cell: ({ trackingNumber }) => orDash(trackingNumber) },
    ],
    shipments,
  )}`
}${
  refunds.length > 0 &&
  html`<h2>Refunds</h2>${table(
    'Refunds',
    [
      { title: 'Requested', cell: ({ createdAt }) => time(createdAt) },
      { title: 'State', cell: ({ state }) => code(state) },
      { title: 'Cause', cell: ({ cause }) => code(cause) },
      { title: 'Failure', cell: ({ failure }) => orDash(failure) },
      { title: 'Amount', isNumber: true, cell: ({ amount }) => money(amount, currency) },
    ],
    refunds,
  )}`
}${
  returns.length > 0 &&
  html`<h2>Returns</h2>${table(
    'Returns',
    [
      { title: 'Requested', cell: ({ createdAt }) => time(createdAt) },
      { title: 'State', cell: ({ state }) => code(state) },
      { title: 'Reason', cell: ({ reason }) => code(reason) },
      {
        title: 'Units',
        isNumber: true,
        cell: ({ lines }) => String(lines.reduce((sum, each) => sum + each.quantity, 0)),
      },
      { title: 'Received', cell: ({ receivedAt }) => time(receivedAt) },
    ],
    returns,
  )}`
}`;

/** Every step of an order, newest first. */
export const historyTable = ({ history }: AdminOrder): Html =>
  table(
    'History',
    [
      { title: 'At', cell: ({ at }) => time(at) },
      { title: 'Event', cell: ({ event }) => code(event) },
      { title: 'State', cell: ({ to }) => code(to) },
      { title: 'By', cell: ({ actor }) => actor },
      { title: 'Reason', cell: ({ reason }) => orDash(reason) },
      ...traceColumn(history),
    ],
    history.toReversed(),
  );
