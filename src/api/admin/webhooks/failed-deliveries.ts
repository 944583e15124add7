import { z } from 'zod';
import type { ApiDeps } from '../../deps.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { route } from '../../http/route.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { DELIVERY_COLUMNS, deliverySchema, webhookSchema } from './webhook-view.ts';

export const failedDeliverySchema = deliverySchema
  .extend({
    webhookId: z.uuid(),
    url: z.string().meta({ description: 'URL of the webhook.' }),
    webhookState: webhookSchema.shape.state.meta({ description: 'Only active webhooks are delivered to.' }),
  })
  .meta({ id: 'FailedWebhookDelivery' });

/** The deliveries of all webhooks whose attempts are used up. */
export const failedDeliveriesRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/webhook-deliveries/failed',
    permission: 'webhooks:manage',
    access: 'staff',
    tag: 'Webhooks',
    summary: 'List failed deliveries of all webhooks, of the last 30 days, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page of deliveries', schema: pageSchema(failedDeliverySchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor } }) {
      const list = { failedDeliveries: true };
      const rows = await db.search<RowOf<typeof failedDeliverySchema>>(
        `select ${DELIVERY_COLUMNS}, s.id as "webhookId", s.url, s.state as "webhookState"
          from webhook_deliveries d join webhook_subscriptions s on s.id = d.subscription_id
          where d.state = 'failed' and ($1::uuid is null or d.id < $1) order by d.id desc limit $2`,
        [readCursorId(list, cursor), limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });
