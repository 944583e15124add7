import type { z } from 'zod';
import type { checkoutDetailSchema } from '../../admin/purchases/checkout-detail.ts';
import { callApi } from '../api-call.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { type Fact, factList } from '../views/fact-list.ts';
import { code, money, orDash, time } from '../views/formats.ts';
import { table } from '../views/table.ts';
import { traceColumn } from '../views/trace-column.ts';

type Checkout = z.infer<typeof checkoutDetailSchema>;

/** One checkout with every event that it received. */
export const checkoutPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/checkouts/:id',
  access: 'staff',
  permission: 'orders:read',
  async render(opsRequest) {
    const { params } = opsRequest;
    const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/checkouts/{id}', params });
    const checkout = body as Checkout;
    const { id, history } = checkout;
    return {
      title: 'Checkout',
      isWide: true,
      main: html`${factList(factsOf(checkout))}
<p><a href="/ops/payments?checkoutId=${id}">Payment</a> · <a href="/ops/checkouts/${id}/replay">Replay</a></p>
<h2>History</h2>${history.length > 0 ? table('History', [...STEPS, ...traceColumn(history)], history.toReversed()) : html`<p>The history is archived.</p>`}`,
    };
  },
});

const factsOf = (checkout: Checkout): Fact[] => {
  const { id, state, reason, customerId, orderId, orderNumber, total, currency, expiresAt, createdAt } = checkout;
  return [
    ['Id', id],
    ['State', code(state)],
    ['Reason', orDash(reason)],
    ['Started', time(createdAt)],
    ['Stock reserved until', time(expiresAt)],
    ['Buyer', customerId === null ? 'guest' : 'customer'],
    ['Total', total === null ? '–' : money(total, currency)],
    ['Order', orderId === null ? '–' : html`<a href="/ops/orders/${orderId}">${orderNumber ?? ''}</a>`],
  ];
};

type Step = Checkout['history'][number];

const STEPS = [
  { title: 'At', cell: ({ at }: Step) => time(at) },
  { title: 'Event', cell: ({ event, isAccepted }: Step) => html`${code(event)}${!isAccepted && ' refused'}` },
  { title: 'State', cell: ({ to }: Step) => code(to) },
  { title: 'Cause', cell: ({ cause }: Step) => cause },
];
