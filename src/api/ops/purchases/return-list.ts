import { RETURN_STATES } from '../../../domain/states.ts';
import type { ReturnHead } from '../../admin/purchases/return-list.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';

/** Finds returns of all orders, at first those that wait for a decision. */
export const returnListPage = (deps: OpsDeps): OpsPage =>
  listPage<ReturnHead>(deps, {
    path: '/ops/returns',
    title: 'Returns',
    permission: 'orders:read',
    api: '/returns',
    filters: [
      { name: 'state', label: 'State', options: RETURN_STATES, default: 'requested' },
      { name: 'from', label: 'From', type: 'date' },
      { name: 'to', label: 'To', type: 'date' },
    ],
    columns: [
      { title: 'Requested', cell: ({ createdAt }) => time(createdAt) },
      { title: 'State', cell: ({ state }) => code(state) },
      { title: 'Reason', cell: ({ reason }) => code(reason) },
      { title: 'Order', cell: ({ orderId, orderNumber }) => html`<a href="/ops/orders/${orderId}">${orderNumber}</a>` },
      { title: 'Units', isNumber: true, cell: ({ units }) => String(units) },
      { title: 'Decided', cell: ({ decidedAt }) => time(decidedAt) },
      { title: 'Received', cell: ({ receivedAt }) => time(receivedAt) },
    ],
  });
