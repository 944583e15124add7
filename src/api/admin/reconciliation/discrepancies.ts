import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { ruleOf } from '../../../domain/reconciliation.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Row } from '../../../infra/database/pending-writes.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { healDiscrepancy } from '../../../jobs/reconciliation.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { actorOf, adminEdit } from '../change.ts';
import { pageOf, pageQuery, startOf, toPage } from '../list-query.ts';
import { DISCREPANCY_COLUMNS, discrepancySchema } from './reconciliation-view.ts';
import { withRule } from './report.ts';

const PATH = '/api/v1/admin/reconciliation/discrepancies';
const common = { access: 'staff', tag: 'Reconciliation' } as const;
const params = z.object({ id: z.uuid() });

/** What does not agree, and what people do about it. */
export const discrepancyRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), resolve(deps), heal(deps)];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'queues:view',
    summary: 'Discrepancies, newest first; with `state=person` those that wait for somebody',
    query: z.strictObject({
      ...pageQuery,
      state: discrepancySchema.shape.state.optional(),
      severity: discrepancySchema.shape.severity.optional(),
      kind: z.string().max(80).optional(),
    }),
    answers: { 200: { description: 'One page', schema: pageOf(discrepancySchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, state = null, severity = null, kind = null } }) {
      const list = { discrepancies: true, state, severity, kind };
      const rows = await db.search<{ id: string; kind: string }>(
        `select ${DISCREPANCY_COLUMNS} from discrepancies where ($1::uuid is null or id < $1) and ($2::text is null or state = $2)
          and ($3::text is null or severity = $3) and ($4::text is null or kind = $4) order by id desc limit $5`,
        [startOf(list, cursor), state, severity, kind, limit + 1],
      );
      return { status: 200, body: toPage(list, rows.map(withRule), limit) };
    },
  });

const resolve = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/resolve`,
    permission: 'queues:operate',
    summary: 'Say that somebody has seen to it; when it is found again it is a new one',
    params,
    body: z.strictObject({ note: z.string().trim().min(1).max(500).meta({ description: 'Nothing personal.' }) }),
    answers: { 200: { description: 'As it is now', schema: discrepancySchema } },
    errors: ['DISCREPANCY_NOT_FOUND'],
    idempotent: true,
    handle(call) {
      const { kind, id } = actorOf(call.principal);
      const { note } = call.body;
      return decide(deps, call, {
        action: 'discrepancy.resolve',
        sql: `state = 'resolved', note = $2, decided_at = now(), decided_by = $3`,
        values: [note, `${kind}:${id}`],
      });
    },
  });

const heal = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/heal`,
    permission: 'queues:operate',
    summary: 'Try the rule of its kind once more',
    params,
    answers: { 200: { description: 'As it is now', schema: discrepancySchema } },
    errors: ['DISCREPANCY_NOT_FOUND', 'NO_REMEDY'],
    idempotent: true,
    handle: (call) =>
      decide(deps, call, {
        action: 'discrepancy.heal',
        sql: `state = 'healing', note = note`,
        values: [],
        heals: true,
      }),
  });

interface Decision {
  action: string;
  /** What is set; the id is $1. */
  sql: string;
  values: unknown[];
  heals?: true;
}

function decide(
  deps: ApiDeps,
  call: Parameters<typeof adminEdit>[1] & { params: { id: string } },
  { action, sql, values, heals }: Decision,
) {
  const { id } = call.params;
  const work = async (tx: Tx) => {
    const [found] = await tx.query<Row & { kind: string }>(
      `update discrepancies set ${sql} where id = $1 and state = 'person' returning ${DISCREPANCY_COLUMNS}`,
      [id, ...values],
    );
    if (!found) throw refused('DISCREPANCY_NOT_FOUND', { id });
    if (heals && !ruleOf(found.kind).heals) throw refused('NO_REMEDY', { kind: found.kind });
    if (heals) enqueue(tx, deps.queues, { contract: healDiscrepancy, payload: { discrepancyId: id } });
    const answer = { status: 200, headers: {}, body: withRule(found) };
    return { answer, target: { type: 'discrepancy', id }, before: { state: 'person' }, after: { state: found.state } };
  };
  return adminEdit(deps, call, { action, scope: id, work });
}
