import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Row, Tx } from '../../../infra/unit-of-work.ts';
import { bare } from '../../auth/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { pageOf, pageQuery, startOf, toPage } from '../page.ts';
import { commonOf, params, pathOf, readOne, type Stored, selectOf, snake, type Thing } from './thing.ts';
import { changeThing, createThing } from './thing-changes.ts';

/** List, create, read, change and remove. */
export const thingRoutes = (deps: ApiDeps, kind: Thing): AnyRoute[] => [
  list(deps, kind),
  createThing(deps, kind),
  read(deps, kind),
  changeThing(deps, kind),
  remove(deps, kind),
];

const list = ({ db }: ApiDeps, kind: Thing) =>
  route({
    ...commonOf(kind),
    method: 'get',
    path: pathOf(kind),
    summary: `All ${kind.path.replaceAll('-', ' ')}, newest first`,
    query: z.strictObject({ ...pageQuery, status: z.enum(kind.statuses).optional() }),
    answers: { 200: { description: 'One page', schema: pageOf(kind.view) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { status, limit, cursor } }) {
      const page = { list: kind.path, status };
      const rows = await db.query<Stored>(
        `select ${selectOf(kind)} from ${kind.table} t where ($1::text is null or status = $1)
          and ($2::uuid is null or id < $2) order by id desc limit $3`,
        [status ?? null, startOf(page, cursor), limit + 1],
      );
      return { status: 200, body: toPage(page, rows, limit) };
    },
  });

const read = ({ db }: ApiDeps, kind: Thing) =>
  route({
    ...commonOf(kind),
    method: 'get',
    path: `${pathOf(kind)}/{id}`,
    summary: `A ${kind.noun.replaceAll('-', ' ')}`,
    params,
    answers: { 200: { description: 'It', schema: kind.view } },
    errors: [kind.notFound],
    handle: async ({ params: { id } }) => versioned(await readOne(db.query, kind, id)),
  });

const remove = (deps: ApiDeps, kind: Thing) =>
  route({
    ...commonOf(kind),
    method: 'delete',
    path: `${pathOf(kind)}/{id}`,
    summary: `Remove a ${kind.noun.replaceAll('-', ' ')} that nothing refers to; else archive it`,
    params,
    answers: { 204: { description: 'Removed' } },
    errors: [kind.notFound, 'IN_USE'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        const [row] = await tx.query<Row>(
          `select id, to_jsonb(t) as before from ${kind.table} t where id = $1 for update`,
          [id],
        );
        if (!row) throw refused(kind.notFound, { id });
        for (const table of kind.children ?? [])
          await tx.query(`delete from ${table} where ${snake(idOf(kind))} = $1`, [id]);
        await tx.query(`delete from ${kind.table} where id = $1`, [id]);
        return { answer: noContent, target: { type: kind.noun, id }, before: row.before as Row, after: null };
      };
      return bare(adminEdit(deps, call, { action: `${kind.noun}.remove`, scope: id, work }).catch(inUse));
    },
  });

const idOf = ({ noun }: Thing): string => `${noun.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Id`;

/** The foreign keys decide what is still referred to. */
const inUse = (error: unknown): never => {
  throw (error as { code?: unknown }).code === '23503' ? refused('IN_USE', { instead: 'archive it' }) : error;
};
