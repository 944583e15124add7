import { z } from 'zod';
import { FOR_PEOPLE_ONLY, type Permission } from '../../../domain/access/permissions.ts';
import { STAFF_PERMISSIONS } from '../../../domain/access/roles.ts';
import { ApiKey, lockApiKey } from '../../../entities/access/api-key.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import { requireStaff } from '../../auth/principal.ts';
import { noStore } from '../../auth/sessions/session-answer.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent } from '../change.ts';
import { keyColumns, keySchema, newKeySchema } from './api-keys-view.ts';

const PATH = '/api/v1/admin/api-keys';
const params = z.object({ id: z.uuid() });
const common = { tag: 'API keys', permission: 'api-keys:manage', access: 'person' } as const;

const grantable = STAFF_PERMISSIONS.filter((permission) => !FOR_PEOPLE_ONLY.has(permission));

/** API keys for external services. The secret is shown once, on creation or rotation. */
export const apiKeyRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), create(deps), rotate(deps), revoke(deps)];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'List active API keys without their secrets, newest first',
    answers: {
      200: { description: 'All API keys that are not revoked', schema: z.object({ data: z.array(keySchema) }) },
    },
    handle: async () => ({
      status: 200,
      body: { data: await db.query(`select ${keyColumns} from api_keys where revoked_at is null order by id desc`) },
    }),
  });

const createSchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  permissions: z
    .array(z.enum(grantable as [Permission, ...Permission[]]))
    .min(1)
    .max(grantable.length),
  expiresAt: z.iso
    .datetime()
    .optional()
    .meta({ description: 'When the key expires. Default: it works until it is revoked.' }),
});

const create = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    summary: 'Create an API key with some of your own permissions',
    description: 'A repeated request with the same `Idempotency-Key` returns the key without its secret.',
    body: createSchema,
    answers: { 201: { description: 'The key, with its secret', schema: newKeySchema } },
    errors: ['PERMISSION_ESCALATION'],
    idempotent: true,
    async handle(call) {
      const { name, expiresAt = null } = call.body;
      const permissions = [...new Set(call.body.permissions)];
      const creator = requireStaff(call.principal);
      let secret: string | undefined;
      const work = async (tx: Tx) => {
        const key = ApiKey.create(tx, { name, permissions, expiresAt }, creator);
        const { id } = key;
        secret = key.secret;
        const fields = { id, name, permissions, createdBy: creator.accountId, expiresAt, lastUsedAt: null };
        const answer = { status: 201, headers: noStore, body: { ...fields, createdAt: tx.now } };
        return { answer, target: { type: 'api-key', id }, before: null, after: { name, permissions, expiresAt } };
      };
      // The stored answer does not contain the secret, so a replayed answer cannot reveal it.
      const answer = await adminEdit(deps, call, { action: 'api-key.create', scope: 'new', work });
      const isReplayed = answer.headers?.['Idempotent-Replayed'] !== undefined;
      return isReplayed ? answer : { ...answer, body: { ...(answer.body as object), secret } };
    },
  });

const rotateSchema = z
  .strictObject({
    graceSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(0)
      .meta({ description: 'Seconds that the previous secret still works, 0 to 86400.' }),
  })
  .default({ graceSeconds: 0 });

const rotate = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/rotate`,
    summary: 'Rotate the secret of an API key',
    description: 'Allowed for the creator of the key and for staff who have all of its permissions.',
    params,
    body: rotateSchema,
    answers: { 200: { description: 'The key, with its new secret', schema: newKeySchema } },
    errors: ['API_KEY_NOT_FOUND', 'PERMISSION_ESCALATION'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const key = await lockApiKey(tx, id);
        const until = new Date(tx.now.getTime() + call.body.graceSeconds * 1_000);
        const secret = key.rotate(until, requireStaff(call.principal), tx.now);
        await tx.write();
        const [view] = await tx.query(`select ${keyColumns} from api_keys where id = $1`, [id]);
        const answer = { status: 200, headers: noStore, body: { ...view, secret } };
        return { answer, target: { type: 'api-key', id }, before: null, after: { previousUntil: until } };
      };
      return adminEdit(deps, call, { action: 'api-key.rotate', scope: id, isSecret: true, work });
    },
  });

const revoke = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{id}`,
    summary: 'Revoke an API key immediately and permanently',
    params,
    answers: { 204: { description: 'Revoked' } },
    errors: ['API_KEY_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const key = await lockApiKey(tx, id);
        key.revoke(tx.now);
        const { name, permissions } = key;
        return { answer: noContent, target: { type: 'api-key', id }, before: { name, permissions }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'api-key.revoke', scope: id, work }));
    },
  });
