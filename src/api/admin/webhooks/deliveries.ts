import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { TEST_EVENT } from '../../../domain/events.ts';
import { storeEvent, subscriptionsTo } from '../../../entities/webhook/announce.ts';
import { redeliverEvent } from '../../../entities/webhook/delivery.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { deliverWebhooks } from '../../../jobs/webhooks.ts';
import type { ApiDeps } from '../../deps.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { failedDeliveriesRoute } from './failed-deliveries.ts';
import { DELIVERY_COLUMNS, deliverySchema } from './webhook-view.ts';

const PATH = '/api/v1/admin/webhooks/{id}';
const common = { permission: 'webhooks:manage', access: 'staff', tag: 'Webhooks' } as const;
const params = z.object({ id: z.uuid() });
const accepted = { 202: { description: 'The delivery is queued', schema: z.object({ id: z.uuid() }) } };

/** Webhook deliveries: list, send again and test. */
export const deliveryRoutes = (deps: ApiDeps): AnyRoute[] => [
  failedDeliveriesRoute(deps),
  list(deps),
  redeliver(deps),
  ping(deps),
];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/deliveries`,
    summary: 'List webhook deliveries of the last 30 days with their attempts, newest first',
    params,
    query: z.strictObject({ ...pageQuery, state: z.enum(['pending', 'delivered', 'failed']).optional() }),
    answers: { 200: { description: 'A page of deliveries', schema: pageSchema(deliverySchema) } },
    errors: ['WEBHOOK_NOT_FOUND', 'CURSOR_INVALID'],
    async handle({ params: { id }, query: { limit, cursor, state } }) {
      const list = { deliveries: id, state };
      const start = readCursorId(list, cursor);
      const subscriptions = await db.query(`select 1 from webhook_subscriptions where id = $1`, [id]);
      if (subscriptions.length === 0) throw refused('WEBHOOK_NOT_FOUND', { id });
      const rows = await db.search<RowOf<typeof deliverySchema>>(
        `select ${DELIVERY_COLUMNS} from webhook_deliveries d where d.subscription_id = $1
          and ($2::text is null or d.state = $2) and ($3::uuid is null or d.id < $3) order by d.id desc limit $4`,
        [id, state ?? null, start, limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const redeliver = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/deliveries/{deliveryId}/redeliver`,
    summary: 'Send a webhook delivery again with the same id',
    params: params.extend({ deliveryId: z.uuid() }),
    answers: accepted,
    errors: ['DELIVERY_NOT_FOUND'],
    idempotent: true,
    handle(call) {
      const { id, deliveryId } = call.params;
      const work = async (tx: Tx) => {
        if (!(await redeliverEvent(tx, { id: deliveryId, subscriptionId: id })))
          throw refused('DELIVERY_NOT_FOUND', { deliveryId });
        tx.afterCommit(() => deps.queues.nudge(deliverWebhooks));
        const answer = { status: 202, headers: {}, body: { id: deliveryId } };
        return { answer, target: { type: 'webhook', id }, before: null, after: { redelivered: deliveryId } };
      };
      return adminEdit(deps, call, { action: 'webhook.redeliver', scope: deliveryId, work });
    },
  });

const ping = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/test`,
    summary: `Send a \`${TEST_EVENT}\` event to an active webhook`,
    params,
    answers: accepted,
    errors: ['WEBHOOK_NOT_FOUND'],
    idempotent: true,
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const subscriptions = await subscriptionsTo(tx, TEST_EVENT, id);
        if (subscriptions.length === 0) throw refused('WEBHOOK_NOT_FOUND', { id });
        storeEvent(tx, { type: TEST_EVENT, data: { webhookId: id } }, subscriptions);
        tx.afterCommit(() => deps.queues.nudge(deliverWebhooks));
        const answer = { status: 202, headers: {}, body: { id } };
        return { answer, target: { type: 'webhook', id }, before: null, after: null };
      };
      return adminEdit(deps, call, { action: 'webhook.test', scope: id, work });
    },
  });
