import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import { Discrepancy } from '../../../entities/reconciliation/discrepancy.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { healDiscrepancy } from '../../../jobs/reconciliation.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { actorOf, adminEdit } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { DISCREPANCY_COLUMNS, type DiscrepancyRow, discrepancyOf, discrepancySchema } from './reconciliation-view.ts';
import { addRule } from './report.ts';

const PATH = '/api/v1/admin/reconciliation/discrepancies';
const common = { access: 'staff', tag: 'Reconciliation' } as const;
const params = z.object({ id: z.uuid() });

/** Discrepancies that reconciliation runs found, and the decisions of staff about them. */
export const discrepancyRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), read(deps), resolve(deps), heal(deps)];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'queues:view',
    summary: 'List discrepancies, newest first; `state=person` lists those that need a decision',
    query: z.strictObject({
      ...pageQuery,
      state: discrepancySchema.shape.state.optional(),
      severity: discrepancySchema.shape.severity.optional(),
      kind: z.string().max(80).optional(),
    }),
    answers: { 200: { description: 'A page of discrepancies', schema: pageSchema(discrepancySchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, state = null, severity = null, kind = null } }) {
      const list = { discrepancies: true, state, severity, kind };
      const rows = await db.search<DiscrepancyRow>(
        `select ${DISCREPANCY_COLUMNS} from discrepancies where ($1::uuid is null or id < $1) and ($2::text is null or state = $2)
          and ($3::text is null or severity = $3) and ($4::text is null or kind = $4) order by id desc limit $5`,
        [readCursorId(list, cursor), state, severity, kind, limit + 1],
      );
      return { status: 200, body: paginate(list, rows.map(addRule), limit) };
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'queues:view',
    summary: 'Retrieve a discrepancy, open or decided',
    params,
    answers: { 200: { description: 'The discrepancy', schema: discrepancySchema } },
    errors: ['DISCREPANCY_NOT_FOUND'],
    async handle({ params: { id } }) {
      const sql = `select ${DISCREPANCY_COLUMNS} from discrepancies where id = $1`;
      const [discrepancy] = await db.query<DiscrepancyRow>(sql, [id]);
      if (!discrepancy) throw refused('DISCREPANCY_NOT_FOUND', { id });
      return { status: 200, body: addRule(discrepancy) };
    },
  });

const resolve = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/resolve`,
    permission: 'queues:operate',
    summary: 'Mark a discrepancy as resolved; if a later run finds it again, it is a new discrepancy',
    params,
    body: z.strictObject({
      note: z.string().trim().min(1).max(500).meta({ description: 'What was done. Do not include personal data.' }),
    }),
    answers: { 200: { description: 'The updated discrepancy', schema: discrepancySchema } },
    errors: ['DISCREPANCY_NOT_FOUND'],
    idempotent: true,
    handle(call) {
      const { kind, id } = actorOf(call.principal);
      const { note } = call.body;
      const by = `${kind}:${id}`;
      const change = (tx: Tx, discrepancy: Discrepancy) => discrepancy.resolve({ note, by }, tx.now);
      return decide(deps, call, { action: 'discrepancy.resolve', change });
    },
  });

const heal = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/heal`,
    permission: 'queues:operate',
    summary: 'Apply the recovery rule to a discrepancy again',
    params,
    answers: { 200: { description: 'The updated discrepancy', schema: discrepancySchema } },
    errors: ['DISCREPANCY_NOT_FOUND', 'NO_REMEDY'],
    idempotent: true,
    handle: (call) =>
      decide(deps, call, {
        action: 'discrepancy.heal',
        change(tx, discrepancy) {
          discrepancy.repairAgain();
          const payload = { discrepancyId: discrepancy.id };
          enqueue(tx, deps.queues, { contract: healDiscrepancy, payload });
        },
      }),
  });

interface Decision {
  action: string;
  change(tx: Tx, discrepancy: Discrepancy): void;
}

/** Changes a discrepancy that waits for a person. @throws DISCREPANCY_NOT_FOUND, and the errors of `change` */
function decide(
  deps: ApiDeps,
  call: Parameters<typeof adminEdit>[1] & { params: { id: string } },
  { action, change }: Decision,
) {
  const { id } = call.params;
  const work = async (tx: Tx) => {
    const discrepancy = await tx.lock(Discrepancy, { id });
    if (discrepancy?.state !== 'person') throw refused('DISCREPANCY_NOT_FOUND', { id });
    change(tx, discrepancy);
    const answer = { status: 200, headers: {}, body: addRule(discrepancyOf(discrepancy)) };
    return {
      answer,
      target: { type: 'discrepancy', id },
      before: { state: 'person' },
      after: { state: discrepancy.state },
    };
  };
  return adminEdit(deps, call, { action, scope: id, work });
}
