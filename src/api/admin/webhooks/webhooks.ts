import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { sealed, type Vault } from '../../../entities/account/privacy/vault.ts';
import type { Row } from '../../../infra/database/pending-writes.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { bare } from '../../auth/credentials/passwords.ts';
import type { Principal } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { pageOf, pageQuery, startOf, toPage } from '../list-query.ts';
import { requireVersion } from '../version.ts';
import { deliveryRoutes } from './deliveries.ts';
import { newWebhookSchema, WEBHOOK_COLUMNS, webhookBody, webhookSchema } from './webhook-view.ts';

const PATH = '/api/v1/admin/webhooks';
const common = { permission: 'webhooks:manage', access: 'staff', tag: 'Webhooks' } as const;
const params = z.object({ id: z.uuid() });
const noStore = { 'Cache-Control': 'no-store' };

/** Who is told of what, by a signed request to an address of theirs. */
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
    summary: 'All subscriptions, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(webhookSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor } }) {
      const list = { webhooks: true };
      const rows = await db.search<{ id: string }>(
        `select ${WEBHOOK_COLUMNS} from webhook_subscriptions where ($1::uuid is null or id < $1) order by id desc limit $2`,
        [startOf(list, cursor), limit + 1],
      );
      return { status: 200, body: toPage(list, rows, limit) };
    },
  });

const create = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    summary: 'Subscribe to events',
    body: z.strictObject(webhookBody),
    answers: { 201: { description: 'The subscription, with its secret', schema: newWebhookSchema } },
    handle(call) {
      const { url, events } = call.body;
      const work = async (tx: Tx) => {
        const id = newId();
        const secret = newSecret();
        await tx.query(
          `insert into webhook_subscriptions (id, url, events, secret, state, created_by, created_at, updated_at)
            values ($1, $2, $3, $4, 'active', $5, $6, $6)`,
          [id, url, events, sealedSecret(deps.vault, id, secret), makerOf(call.principal), tx.now],
        );
        const answer = { status: 201, headers: noStore, body: { ...(await find(tx, id)), secret } };
        return { answer, target: { type: 'webhook', id }, before: null, after: { url, events } };
      };
      return adminEdit(deps, call, { action: 'webhook.create', scope: 'new', isSecret: true, work });
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'A subscription',
    params,
    answers: { 200: { description: 'It', schema: webhookSchema } },
    errors: ['WEBHOOK_NOT_FOUND'],
    handle: async ({ params: { id } }) => versioned((await find(db, id)) as Found),
  });

const change = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: `${PATH}/{id}`,
    versioned: true,
    summary: 'Change a subscription, switch it off, or on again',
    params,
    body: z.strictObject({
      url: webhookBody.url.optional(),
      events: webhookBody.events.optional(),
      state: z.enum(['active', 'disabled']).optional(),
    }),
    answers: { 200: { description: 'As it is now', schema: webhookSchema } },
    errors: ['WEBHOOK_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const { url = null, events = null, state = null } = call.body;
      const work = async (tx: Tx) => {
        const before = await lock(tx, call);
        await tx.query(
          `update webhook_subscriptions set url = coalesce($2, url), events = coalesce($3::text[], events), state = coalesce($4, state),
              disabled_because = case when $4 = 'disabled' then coalesce(disabled_because, 'by hand')
                when $4 = 'active' then null else disabled_because end,
              failing_since = case when $4 = 'active' then null else failing_since end,
              version = version + 1, updated_at = $5 where id = $1`,
          [id, url, events, state, tx.now],
        );
        const was = Object.fromEntries(Object.keys(call.body).map((name) => [name, before[name]]));
        const answer = versioned((await find(tx, id)) as Found);
        return { answer, target: { type: 'webhook', id }, before: was, after: call.body };
      };
      return adminEdit(deps, call, { action: 'webhook.change', scope: id, work });
    },
  });

const rotate = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/rotate-secret`,
    summary: 'Give a subscription another secret; the one before signs for a day more',
    params,
    answers: { 200: { description: 'The subscription, with its new secret', schema: newWebhookSchema } },
    errors: ['WEBHOOK_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const { secret: sealedOne } = await lock(tx, call, false);
        const before = deps.vault.ring.open(String(sealedOne), `webhook_subscriptions.secret:${id}`);
        const secret = newSecret();
        await tx.query(
          `update webhook_subscriptions set secret = $2, previous_secret = $3, previous_until = $4::timestamptz + interval '1 day',
              version = version + 1, updated_at = $4 where id = $1`,
          [
            id,
            sealedSecret(deps.vault, id, secret),
            sealed(deps.vault, before, `webhook_subscriptions.previous_secret:${id}`),
            tx.now,
          ],
        );
        const answer = { status: 200, headers: noStore, body: { ...(await find(tx, id)), secret } };
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
    summary: 'End a subscription; what was not delivered yet is dropped',
    params,
    answers: { 204: { description: 'Gone' } },
    errors: ['WEBHOOK_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const { url, events } = await lock(tx, call, false);
        await tx.query(`delete from webhook_subscriptions where id = $1`, [id]);
        return { answer: noContent, target: { type: 'webhook', id }, before: { url, events }, after: null };
      };
      return bare(adminEdit(deps, call, { action: 'webhook.remove', scope: id, work }));
    },
  });

type Found = Row & { version: number };

/** @throws WEBHOOK_NOT_FOUND */
async function find({ query }: Pick<Tx, 'query'>, id: string): Promise<Row> {
  const [found] = await query(`select ${WEBHOOK_COLUMNS} from webhook_subscriptions where id = $1`, [id]);
  if (!found) throw refused('WEBHOOK_NOT_FOUND', { id });
  return found;
}

/** @throws WEBHOOK_NOT_FOUND, and what `requireVersion` throws */
async function lock(tx: Tx, call: Call<{ id: string }, unknown, unknown>, isVersioned = true): Promise<Found> {
  const { id } = call.params;
  const [found] = await tx.query<Found>(`select * from webhook_subscriptions where id = $1 for update`, [id]);
  if (!found) throw refused('WEBHOOK_NOT_FOUND', { id });
  if (isVersioned) requireVersion(call, found.version);
  return found;
}

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64url')}`;

const sealedSecret = (vault: Vault, id: string, secret: string): string =>
  sealed(vault, secret, `webhook_subscriptions.secret:${id}`);

/** A key acts for the member of staff who made it. */
function makerOf(principal: Principal): string {
  if (principal.kind === 'guest') throw new Error('a guest subscribes to nothing: the route must not let them in');
  return principal.accountId;
}
