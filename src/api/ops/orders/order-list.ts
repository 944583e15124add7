import type { z } from 'zod';
import { ORDER_STATES } from '../../../domain/states.ts';
import type { adminOrderHeadSchema } from '../../orders/order-view.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code, money, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';

type Row = z.infer<typeof adminOrderHeadSchema>;

/** Finds orders by number, e-mail address, state and day. */
export const orderListPage = (deps: OpsDeps): OpsPage =>
  listPage<Row>(deps, {
    path: '/ops/orders',
    title: 'Orders',
    permission: 'orders:read',
    api: '/orders',
    filters: [
      { name: 'number', label: 'Number', hint: 'VC-000123' },
      { name: 'email', label: 'E-mail address', hint: 'of the account or guest' },
      { name: 'state', label: 'State', options: ORDER_STATES },
      { name: 'from', label: 'From', type: 'date' },
      { name: 'to', label: 'To', type: 'date' },
    ],
    columns: [
      { title: 'Order', cell: ({ id, number }) => html`<a href="/ops/orders/${id}">${number}</a>` },
      { title: 'State', cell: ({ state }) => code(state) },
      { title: 'Placed', cell: ({ placedAt }) => time(placedAt) },
      { title: 'Buyer', cell: ({ customerId }) => (customerId === null ? 'guest' : 'customer') },
      { title: 'Total', isNumber: true, cell: ({ total, currency }) => money(total, currency) },
    ],
  });
