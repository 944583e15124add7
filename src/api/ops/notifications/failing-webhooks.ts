import type { z } from 'zod';
import type { webhookSchema } from '../../admin/webhooks/webhook-view.ts';
import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { code, time } from '../views/formats.ts';
import { table } from '../views/table.ts';

type Webhook = z.infer<typeof webhookSchema>;

/** The webhooks whose deliveries fail, or that were disabled for it, the newest hundred. */
export async function failingWebhooks(deps: OpsDeps, opsRequest: OpsRequest): Promise<Html> {
  const query = { failing: 'true', limit: '100' };
  const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/webhooks', query });
  const { data } = body as { data: Webhook[] };
  return data.length > 0 ? table('Failing webhooks', COLUMNS, data) : html`<p>None.</p>`;
}

const COLUMNS = [
  { title: 'Webhook', cell: ({ url }: Webhook) => url },
  { title: 'State', cell: ({ state }: Webhook) => code(state) },
  { title: 'Failing since', cell: ({ failingSince }: Webhook) => time(failingSince) },
  { title: 'Created', cell: ({ createdAt }: Webhook) => time(createdAt) },
];
