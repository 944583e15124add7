import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Row } from '../../../infra/database/pending-writes.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { changeResourceRoute, createResourceRoute } from './old-changes.ts';
import { commonOf, params, pathOf, type Resource, readOne, type StoredResource, selectOf } from './old-resource.ts';

/** The routes that list, create, read, update and delete a resource. */
export const resourceRoutes = (deps: ApiDeps, kind: Resource): AnyRoute[] => [
  list(deps, kind),
  createResourceRoute(deps, kind),
  read(deps, kind),
  changeResourceRoute(deps, kind),
  remove(deps, kind),
];

const list = ({ db }: ApiDeps, kind: Resource) =>
  route({
    ...commonOf(kind, 'read'),
    method: 'get',
    path: pathOf(kind),
    summary: `List ${kind.path.replaceAll('-', ' ')}, newest first`,
    query: z.strictObject({ ...pageQuery, status: z.enum(kind.statuses).optional(), ...filterFields(kind) }),
    answers: { 200: { description: 'A page of the list', schema: pageSchema(kind.view) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { status, limit, cursor, ...filterValues } }) {
      const page = { list: kind.path, status, ...filterValues };
      const filters = Object.entries(filterValues).filter(([, value]) => value !== undefined);
      const where = filters.map(([name], index) => ` and ${kind.filters?.[name]?.sql(`$${index + 4}`)}`);
      const rows = await db.search<StoredResource>(
        `select ${selectOf(kind)} from ${kind.table} t where ($1::text is null or t.status = $1)
          and ($2::uuid is null or t.id < $2)${where.join('')} order by t.id desc limit $3`,
        [status ?? null, readCursorId(page, cursor), limit + 1, ...filters.map(([, value]) => value)],
      );
      return { status: 200, body: paginate(page, rows, limit) };
    },
  });

const filterFields = ({ filters = {} }: Resource) =>
  Object.fromEntries(Object.entries(filters).map(([name, { schema }]) => [name, z.optional(schema)]));

const read = ({ db }: ApiDeps, kind: Resource) =>
  route({
    ...commonOf(kind, 'read'),
    method: 'get',
    path: `${pathOf(kind)}/{id}`,
    summary: `Retrieve a ${kind.noun.replaceAll('-', ' ')}`,
    params,
    answers: { 200: { description: 'The resource', schema: kind.view } },
    errors: [kind.notFound],
    handle: async ({ params: { id } }) => versioned(await readOne(db.query, kind, id)),
  });

const remove = (deps: ApiDeps, kind: Resource) =>
  route({
    ...commonOf(kind, 'delete'),
    method: 'delete',
    path: `${pathOf(kind)}/{id}`,
    summary: `Delete an unreferenced ${kind.noun.replaceAll('-', ' ')}`,
    description: 'Answers 409 `IN_USE` when something refers to it; archive it instead.',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: [kind.notFound, 'IN_USE'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        await kind.prepare?.(tx);
        const [row] = await tx.query<Row>(
          `select id, to_jsonb(t) as before from ${kind.table} t where id = $1 for update`,
          [id],
        );
        if (!row) throw refused(kind.notFound, { id });
        await kind.refuseRemoval?.(tx, id);
        for (const statement of kind.children ?? []) await tx.query(statement, [id]);
        await tx.query(`delete from ${kind.table} where id = $1`, [id]);
        const before = row.before as Row;
        await kind.afterRemove?.(tx, before);
        return { answer: noContent, target: { type: kind.noun, id }, before, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: `${kind.noun}.remove`, scope: id, work }).catch(refuseInUse));
    },
  });

/** Rethrows a violation of a foreign key as a refusal. @throws IN_USE */
const refuseInUse = (error: unknown): never => {
  throw (error as { code?: unknown }).code === '23503' ? refused('IN_USE', { instead: 'archive it' }) : error;
};
