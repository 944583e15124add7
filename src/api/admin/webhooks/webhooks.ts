import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { deleteSubscription, WebhookSubscription } from '../../../entities/webhook/subscription.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { Principal } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { requireVersion } from '../version.ts';
import { deliveryRoutes } from './deliveries.ts';
import {
  newWebhookSchema,
  WEBHOOK_COLUMNS,
  type WebhookRow,
  webhookBody,
  webhookOf,
  webhookSchema,
} from './webhook-view.ts';

const PATH = '/api/v1/admin/webhooks';
const common = { permission: 'webhooks:manage', access: 'staff', tag: 'Webhooks' } as const;
const params = z.object({ id: z.uuid() });
const noStore = { 'Cache-Control': 'no-store' };

/** Webhook subscriptions: signed requests to a URL when an event occurs. */
export const webhookAdminRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  create(deps),
  read(deps),
  change(deps),
  rotate(deps),
  remove(deps),
  ...deliveryRoutes(deps),
];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'List webhooks, newest first',
    query: z.strictObject({
      ...pageQuery,
      failing: z
        .literal('true')
        .optional()
        .meta({ description: '`true`: only webhooks whose deliveries fail, or that were disabled for it.' }),
    }),
    answers: { 200: { description: 'A page of webhooks', schema: pageSchema(webhookSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, failing } }) {
      const list = { webhooks: true, failing };
      const rows = await db.search<WebhookRow>(
        `select ${WEBHOOK_COLUMNS} from webhook_subscriptions where ($1::uuid is null or id < $1)
            and (not $2::boolean or failing_since is not null or disabled_because = 'failing') order by id desc limit $3`,
        [readCursorId(list, cursor), failing === 'true', limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const create = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    summary: 'Create a webhook',
    description: 'A repeated request with the same `Idempotency-Key` returns the webhook without its secret.',
    body: z.strictObject(webhookBody),
    answers: { 201: { description: 'The webhook with its secret', schema: newWebhookSchema } },
    idempotent: true,
    async handle(call) {
      const { url, events } = call.body;
      let secret: string | undefined;
      const work = async (tx: Tx) => {
        const created = WebhookSubscription.create(
          deps.vault,
          { url, events, createdBy: creatorOf(call.principal) },
          tx.now,
        );
        const { subscription } = created;
        secret = created.secret;
        tx.persist(subscription);
        const answer = { status: 201, headers: noStore, body: webhookOf(subscription) };
        return { answer, target: { type: 'webhook', id: subscription.id }, before: null, after: { url, events } };
      };
      // The stored answer does not contain the secret, so a replayed answer cannot reveal it.
      const answer = await adminEdit(deps, call, { action: 'webhook.create', scope: 'new', work });
      const isReplayed = answer.headers?.['Idempotent-Replayed'] !== undefined;
      return isReplayed ? answer : { ...answer, body: { ...(answer.body as object), secret } };
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Retrieve a webhook',
    params,
    answers: { 200: { description: 'The webhook', schema: webhookSchema } },
    errors: ['WEBHOOK_NOT_FOUND'],
    async handle({ params: { id } }) {
      const sql = `select ${WEBHOOK_COLUMNS} from webhook_subscriptions where id = $1`;
      const [subscription] = await db.query<WebhookRow>(sql, [id]);
      if (!subscription) throw refused('WEBHOOK_NOT_FOUND', { id });
      return versioned(subscription);
    },
  });

const change = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: `${PATH}/{id}`,
    versioned: true,
    summary: 'Update, disable or enable a webhook',
    params,
    body: z.strictObject({
      url: webhookBody.url.optional(),
      events: webhookBody.events.optional(),
      state: z.enum(['active', 'disabled']).optional(),
    }),
    answers: { 200: { description: 'The updated webhook', schema: webhookSchema } },
    errors: ['WEBHOOK_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const subscription = await lockSubscription(tx, call);
        const before = webhookOf(subscription);
        subscription.change(call.body, tx.now);
        tx.prepare();
        const changed = Object.keys(call.body) as (keyof typeof call.body)[];
        const changedFields = Object.fromEntries(changed.map((name) => [name, before[name]]));
        const answer = versioned(webhookOf(subscription));
        return { answer, target: { type: 'webhook', id }, before: changedFields, after: call.body };
      };
      return adminEdit(deps, call, { action: 'webhook.change', scope: id, work });
    },
  });

const rotate = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/rotate-secret`,
    summary: 'Rotate the secret of a webhook; the previous secret also signs for one more day',
    params,
    answers: { 200: { description: 'The webhook with its new secret', schema: newWebhookSchema } },
    errors: ['WEBHOOK_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const subscription = await lockSubscription(tx, call, false);
        const secret = subscription.rotateSecret(deps.vault, tx.now);
        tx.prepare();
        const answer = { status: 200, headers: noStore, body: { ...webhookOf(subscription), secret } };
        return { answer, target: { type: 'webhook', id }, before: null, after: null };
      };
      return adminEdit(deps, call, { action: 'webhook.rotate-secret', scope: id, isSecret: true, work });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Delete a webhook and its pending deliveries',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['WEBHOOK_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const { url, events } = await lockSubscription(tx, call, false);
        await deleteSubscription(tx, id);
        return { answer: noContent, target: { type: 'webhook', id }, before: { url, events }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'webhook.remove', scope: id, work }));
    },
  });

/** @throws WEBHOOK_NOT_FOUND, and what `requireVersion` throws */
async function lockSubscription(
  tx: Tx,
  call: Call<{ id: string }, unknown, unknown>,
  isVersioned = true,
): Promise<WebhookSubscription> {
  const { id } = call.params;
  const subscription = await tx.lock(WebhookSubscription, { id });
  if (!subscription) throw refused('WEBHOOK_NOT_FOUND', { id });
  if (isVersioned) requireVersion(call, subscription.version);
  return subscription;
}

/** Returns the staff account behind the caller; an API key acts for its creator. */
function creatorOf(principal: Principal): string {
  if (principal.kind === 'guest') throw new Error('a guest cannot create a webhook: the route must refuse guests');
  return principal.accountId;
}
