import { z } from 'zod';
import type { ApiDeps } from '../../deps.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { TRACE_ID, traceIdSchema } from '../../fields/trace-id.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';

const entrySchema = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actor: z.object({ kind: z.enum(['staff', 'key', 'customer', 'system']), id: z.uuid().nullable() }),
    action: z.string(),
    target: z.object({ type: z.string(), id: z.string() }),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    requestId: z.string(),
    traceId: traceIdSchema,
  })
  .meta({ id: 'AuditEntry' });

const query = z.strictObject({
  ...pageQuery,
  targetType: z.string().max(100).optional(),
  targetId: z.string().max(200).optional(),
  actorId: z.uuid().optional(),
  action: z.string().max(100).optional(),
  from: z.iso.datetime().optional().meta({ description: 'Entries at this instant or later.' }),
  to: z.iso.datetime().optional().meta({ description: 'Entries before this instant.' }),
});

/** The audit log. Entries are immutable: `before` and `after` hold the changed fields, personal data as `•`. */
export const auditRoutes = ({ db }: ApiDeps): AnyRoute[] => [
  route({
    method: 'get',
    path: '/api/v1/admin/audit-log',
    permission: 'audit:read',
    access: 'staff',
    summary: 'List audit log entries, newest first',
    tag: 'Audit log',
    query,
    answers: { 200: { description: 'A page of entries', schema: pageSchema(entrySchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, ...filter } }) {
      const { targetType = null, targetId = null, actorId = null, action = null, from = null, to = null } = filter;
      const list = { audit: filter };
      const rows = await db.search<RowOf<typeof entrySchema>>(
        `select id, at, json_build_object('kind', actor_kind, 'id', actor_id) as actor, action,
            json_build_object('type', target_type, 'id', target_id) as target, before, after, request_id as "requestId",
            ${TRACE_ID} as "traceId"
          from audit_log
          where ($1::text is null or target_type = $1) and ($2::text is null or target_id = $2)
            and ($3::uuid is null or actor_id = $3) and ($4::text is null or action = $4)
            and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
            and ($7::uuid is null or id < $7)
          order by id desc limit $8`,
        [targetType, targetId, actorId, action, from, to, readCursorId(list, cursor), limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  }),
];
