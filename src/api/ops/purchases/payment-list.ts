import { PAYMENT_STATUSES, type PaymentHead } from '../../admin/purchases/payment-list.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code, money, orDash, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';

/** Finds payments by status, day and the id at the provider. */
export const paymentListPage = (deps: OpsDeps): OpsPage =>
  listPage<PaymentHead>(deps, {
    path: '/ops/payments',
    title: 'Payments',
    permission: 'orders:read',
    api: '/payments',
    filters: [
      { name: 'status', label: 'Status', options: PAYMENT_STATUSES },
      { name: 'intentId', label: 'Id at the provider', hint: 'pi_…' },
      { name: 'checkoutId', label: 'Checkout' },
      { name: 'from', label: 'From', type: 'date' },
      { name: 'to', label: 'To', type: 'date' },
      { name: 'declined', label: 'Declined and not paid', options: [['true', 'yes']] },
    ],
    columns: [
      { title: 'Opened', cell: ({ createdAt }) => time(createdAt) },
      { title: 'Status', cell: ({ status }) => code(status) },
      { title: 'Declined', cell: ({ declineCode }) => orDash(declineCode) },
      {
        title: 'Id at the provider',
        cell: ({ intentId, provider }) => orDash(intentId && `${intentId} (${provider})`),
      },
      {
        title: 'Order',
        cell: ({ orderId, orderNumber }) =>
          orderId === null ? '–' : html`<a href="/ops/orders/${orderId}">${orderNumber ?? ''}</a>`,
      },
      { title: 'Amount', isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
      { title: 'Captured', isNumber: true, cell: ({ captured, currency }) => money(captured, currency) },
      { title: 'Refunded', isNumber: true, cell: ({ refunded, currency }) => money(refunded, currency) },
    ],
  });
