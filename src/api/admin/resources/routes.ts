import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { changeResourceRoute, createResourceRoute } from './changes.ts';
import {
  commonOf,
  lockOne,
  type ManagedResource,
  params,
  pathOf,
  type ResourceView,
  readOne,
  titleOf,
} from './managed-resource.ts';

/** The routes that list, create, read, update and delete a resource. */
export const resourceRoutes = (deps: ApiDeps, kind: ManagedResource): AnyRoute[] => [
  list(deps, kind),
  createResourceRoute(deps, kind),
  read(deps, kind),
  changeResourceRoute(deps, kind),
  remove(deps, kind),
];

const list = ({ db }: ApiDeps, kind: ManagedResource) =>
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
      const rows = await db.search<ResourceView>(
        `${kind.select} where ($1::text is null or t.status = $1)
          and ($2::uuid is null or t.id < $2)${where.join('')} order by t.id desc limit $3`,
        [status ?? null, readCursorId(page, cursor), limit + 1, ...filters.map(([, value]) => value)],
      );
      return { status: 200, body: paginate(page, rows, limit) };
    },
  });

const filterFields = ({ filters = {} }: ManagedResource) =>
  Object.fromEntries(Object.entries(filters).map(([name, { schema }]) => [name, z.optional(schema)]));

const read = ({ db }: ApiDeps, kind: ManagedResource) =>
  route({
    ...commonOf(kind, 'read'),
    method: 'get',
    path: `${pathOf(kind)}/{id}`,
    summary: `Retrieve a ${titleOf(kind)}`,
    params,
    answers: { 200: { description: 'The resource', schema: kind.view } },
    errors: [kind.notFound],
    handle: async ({ params: { id } }) => versioned(await readOne(db.query, kind, id)),
  });

const remove = (deps: ApiDeps, kind: ManagedResource) =>
  route({
    ...commonOf(kind, 'delete'),
    method: 'delete',
    path: `${pathOf(kind)}/{id}`,
    summary: `Delete an unreferenced ${titleOf(kind)}`,
    description: 'Answers 409 `IN_USE` when something refers to it; archive it instead.',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: [kind.notFound, 'IN_USE'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        await kind.prepare?.(tx);
        const entity = await lockOne(tx, kind, { id });
        const before = await readOne(tx.query, kind, id);
        await kind.remove(tx, entity);
        await tx.write();
        return { answer: noContent, target: { type: kind.noun, id }, before, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: `${kind.noun}.remove`, scope: id, work }).catch(refuseInUse));
    },
  });

/** Rethrows a violation of a foreign key as a refusal. @throws IN_USE */
const refuseInUse = (error: unknown): never => {
  throw (error as { code?: unknown }).code === '23503' ? refused('IN_USE', { instead: 'archive it' }) : error;
};
