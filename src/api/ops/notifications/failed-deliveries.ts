import type { z } from 'zod';
import type { failedDeliverySchema } from '../../admin/webhooks/failed-deliveries.ts';
import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import { csrfField } from '../ops-page.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { type ActionTarget, actionForm } from '../views/action-form.ts';
import { orDash, time } from '../views/formats.ts';
import { nextLink, pageOf } from '../views/paging.ts';
import { table } from '../views/table.ts';

type Delivery = z.infer<typeof failedDeliverySchema>;

/** The route of the form that sends a delivery again. */
export const redeliver: ActionTarget = ({ webhookId = '', deliveryId = '' }) => ({
  path: '/webhooks/{id}/deliveries/{deliveryId}/redeliver',
  params: { id: webhookId, deliveryId },
});

/**
 * The webhook deliveries whose attempts are used up. Those of active webhooks have a form that sends them again; `page`
 * handles the forms.
 */
export async function failedDeliveries(deps: OpsDeps, opsRequest: OpsRequest, page: string): Promise<Html> {
  const query = pageOf(opsRequest);
  const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/webhook-deliveries/failed', query });
  const { data, nextCursor } = body as { data: Delivery[]; nextCursor: string | null };
  if (data.length === 0) return html`<p>None.</p>`;
  const csrfInput = csrfField(deps, 'staff', opsRequest);
  const form = ({ id, webhookId, webhookState }: Delivery) => {
    if (webhookState !== 'active') return 'The webhook is disabled.';
    return actionForm(csrfInput, {
      page,
      action: 'redeliver',
      title: 'Send again',
      hidden: { webhookId, deliveryId: id },
      about: id,
    });
  };
  return html`${table('Failed webhook deliveries', [...COLUMNS, { title: 'Redrive', cell: form }], data)}
${nextLink(nextCursor, 'Earlier deliveries')}`;
}

const COLUMNS = [
  { title: 'Created', cell: ({ createdAt }: Delivery) => time(createdAt) },
  { title: 'Event', cell: ({ type }: Delivery) => type },
  { title: 'Webhook', cell: ({ url }: Delivery) => url },
  { title: 'Attempts', isNumber: true as const, cell: ({ attempts }: Delivery) => String(attempts.length) },
  { title: 'Last answer', cell: ({ attempts }: Delivery) => lastAnswer(attempts.at(-1)) },
];

const lastAnswer = (attempt: Delivery['attempts'][number] | undefined): string =>
  orDash(attempt?.error ?? attempt?.status?.toString());
