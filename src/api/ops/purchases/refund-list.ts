import { REFUND_STATES } from '../../../domain/states.ts';
import { type RefundHead, refundHeadSchema } from '../../admin/purchases/refund-list.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code, money, orDash, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';

/** Finds refunds of all orders by state, cause and day. */
export const refundListPage = (deps: OpsDeps): OpsPage =>
  listPage<RefundHead>(deps, {
    path: '/ops/refunds',
    title: 'Refunds',
    permission: 'orders:read',
    api: '/refunds',
    filters: [
      { name: 'state', label: 'State', options: REFUND_STATES },
      { name: 'cause', label: 'Cause', options: refundHeadSchema.shape.cause.options },
      { name: 'from', label: 'From', type: 'date' },
      { name: 'to', label: 'To', type: 'date' },
    ],
    columns: [
      { title: 'Requested', cell: ({ createdAt }) => time(createdAt) },
      { title: 'State', cell: ({ state }) => code(state) },
      { title: 'Failure', cell: ({ failure }) => orDash(failure) },
      { title: 'Cause', cell: ({ cause }) => code(cause) },
      {
        title: 'Order',
        cell: ({ orderId, orderNumber, checkoutId }) =>
          orderId === null
            ? html`<a href="/ops/payments?checkoutId=${checkoutId}">payment only</a>`
            : html`<a href="/ops/orders/${orderId}">${orderNumber ?? ''}</a>`,
      },
      { title: 'Amount', isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
    ],
  });
