import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import { ReconciliationRun } from '../../../entities/reconciliation/run.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { continueRun } from '../../../jobs/reconciliation.ts';
import type { ApiDeps } from '../../deps.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { actorOf, adminEdit } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { discrepancyRoutes } from './discrepancies.ts';
import { RUN_COLUMNS, runSchema } from './reconciliation-view.ts';
import { reportRoute } from './report.ts';

const PATH = '/api/v1/admin/reconciliation/runs';
const common = { access: 'staff', tag: 'Reconciliation' } as const;

/** Reconciliation runs, their reports and discrepancies. */
export const reconciliationRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  start(deps),
  read(deps),
  reportRoute(deps),
  ...discrepancyRoutes(deps),
];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'queues:view',
    summary: 'List reconciliation runs, newest first',
    query: z.strictObject({ ...pageQuery, kind: z.enum(['recent', 'full']).optional() }),
    answers: { 200: { description: 'A page of runs', schema: pageSchema(runSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, kind } }) {
      const list = { runs: kind };
      const rows = await db.search<RowOf<typeof runSchema>>(
        `select ${RUN_COLUMNS} from reconciliation_runs where ($1::uuid is null or id < $1) and ($2::text is null or kind = $2)
          order by id desc limit $3`,
        [readCursorId(list, cursor), kind ?? null, limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const start = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    permission: 'queues:operate',
    summary: 'Start a reconciliation run',
    description:
      '`recent` checks what began since six hours before the last run, `full` checks everything. Only one run is active at a time.',
    body: z.strictObject({ kind: z.enum(['recent', 'full']) }),
    answers: { 202: { description: 'The run has started', schema: runSchema } },
    errors: ['RUN_IN_PROGRESS'],
    idempotent: true,
    handle(call) {
      const { kind } = call.body;
      const actor = actorOf(call.principal);
      const work = async (tx: Tx) => {
        const id = await ReconciliationRun.start(tx, { kind, startedBy: `${actor.kind}:${actor.id}` });
        if (id === undefined) throw refused('RUN_IN_PROGRESS');
        enqueue(tx, deps.queues, { contract: continueRun, payload: { runId: id } });
        const [run] = await tx.query(`select ${RUN_COLUMNS} from reconciliation_runs where id = $1`, [id]);
        const answer = { status: 202, headers: { Location: `${PATH}/${id}` }, body: run ?? {} };
        return { answer, target: { type: 'reconciliation', id }, before: null, after: { kind } };
      };
      return adminEdit(deps, call, { action: 'reconciliation.start', scope: 'new', work });
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'queues:view',
    summary: 'Retrieve a reconciliation run with its progress and results',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The run', schema: runSchema } },
    errors: ['RUN_NOT_FOUND'],
    async handle({ params: { id } }) {
      const [run] = await db.query(`select ${RUN_COLUMNS} from reconciliation_runs where id = $1`, [id]);
      if (!run) throw refused('RUN_NOT_FOUND', { runId: id });
      return { status: 200, body: run };
    },
  });
