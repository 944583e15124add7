import { CHECKOUT_STATES } from '../../../domain/states.ts';
import type { CheckoutHead } from '../../admin/purchases/checkout-list.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code, money, orDash, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';

/** Finds checkouts by state, reason, e-mail address and day. */
export const checkoutListPage = (deps: OpsDeps): OpsPage =>
  listPage<CheckoutHead>(deps, {
    path: '/ops/checkouts',
    title: 'Checkouts',
    permission: 'orders:read',
    api: '/checkouts',
    filters: [
      { name: 'state', label: 'State', options: CHECKOUT_STATES },
      { name: 'reason', label: 'Reason', hint: 'PRICE_CHANGED' },
      { name: 'email', label: 'E-mail address', hint: 'of the account or guest' },
      { name: 'from', label: 'From', type: 'date' },
      { name: 'to', label: 'To', type: 'date' },
      { name: 'stuck', label: 'Without progress for two minutes', options: [['true', 'yes']] },
    ],
    columns: [
      { title: 'Started', cell: ({ id, createdAt }) => html`<a href="/ops/checkouts/${id}">${time(createdAt)}</a>` },
      { title: 'State', cell: ({ state }) => code(state) },
      { title: 'Reason', cell: ({ reason }) => orDash(reason) },
      { title: 'Last step', cell: ({ updatedAt }) => time(updatedAt) },
      {
        title: 'Payment',
        cell: ({ id, paymentStatus, declineCode }) =>
          paymentStatus === null
            ? '–'
            : html`<a href="/ops/payments?checkoutId=${id}">${paymentStatus}</a> ${declineCode ?? ''}`,
      },
      {
        title: 'Order',
        cell: ({ orderId, orderNumber }) =>
          orderId === null ? '–' : html`<a href="/ops/orders/${orderId}">${orderNumber ?? ''}</a>`,
      },
      {
        title: 'Total',
        isNumber: true,
        cell: ({ total, currency }) => (total === null ? '–' : money(total, currency)),
      },
    ],
  });
