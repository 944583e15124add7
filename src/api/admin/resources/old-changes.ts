import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { isDuplicate } from '../../../infra/database/database.ts';
import type { Row } from '../../../infra/database/pending-writes.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { adminEdit, versioned } from '../change.ts';
import {
  columnsOf,
  commonOf,
  lockResource,
  params,
  pathOf,
  type Resource,
  readOne,
  toSnakeCase,
} from './old-resource.ts';

/** The route that creates a resource. */
export const createResourceRoute = (deps: ApiDeps, kind: Resource) =>
  route({
    ...commonOf(kind, 'create'),
    method: 'post',
    path: pathOf(kind),
    summary: `Create a ${kind.noun.replaceAll('-', ' ')}`,
    body: bodyOf(kind, kind.required),
    answers: { 201: { description: 'The new resource', schema: kind.view } },
    errors: ['NAME_TAKEN', 'CONTRADICTION', 'REFERENCE_UNKNOWN'],
    idempotent: true,
    handle(call) {
      const work = async (tx: Tx) => {
        await kind.prepare?.(tx);
        const [id, body] = [newId(), call.body as Row];
        const sent = { ...kind.defaults, ...body };
        const values = { ...sent, ...(await kind.complete(tx, sent)) };
        await kind.check(tx, values as never, id);
        const columns = columnsOf(kind);
        await tx.query(
          `insert into ${kind.table} (id, ${columns.map(toSnakeCase).join(', ')}, created_at, updated_at)
            values ($1, ${columns.map((_, index) => `$${index + 3}`).join(', ')}, $2, $2)`,
          [id, tx.now, ...columns.map((name) => storedValue(kind, name, Reflect.get(values, name)))],
        );
        await kind.save?.(tx, id, values as never);
        await tx.write();
        const target = { type: kind.noun, id };
        return { answer: versioned(await readOne(tx.query, kind, id), 201), target, before: null, after: body };
      };
      return adminEdit(deps, call, { action: `${kind.noun}.create`, scope: 'new', work }).catch(refuseDuplicate);
    },
  });

/** The route that updates the given fields of a resource. */
export const changeResourceRoute = (deps: ApiDeps, kind: Resource) =>
  route({
    ...commonOf(kind, 'update'),
    method: 'patch',
    path: `${pathOf(kind)}/{id}`,
    versioned: true,
    summary: `Update a ${kind.noun.replaceAll('-', ' ')}; omitted fields keep their values`,
    params,
    body: bodyOf(kind, []),
    answers: { 200: { description: 'The updated resource', schema: kind.view } },
    errors: [kind.notFound, 'NAME_TAKEN', 'CONTRADICTION', 'REFERENCE_UNKNOWN'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        await kind.prepare?.(tx);
        const stored = await lockResource(tx, kind, call);
        const sent = call.body as Row;
        await kind.check(tx, { ...stored, ...sent } as never, id);
        const columns = columnsOf(kind).filter((name) => name in sent);
        const sets = columns.map((name, index) => `${toSnakeCase(name)} = $${index + 3}, `);
        await tx.query(
          `update ${kind.table} set ${sets.join('')}version = version + 1, updated_at = $2 where id = $1`,
          [id, tx.now, ...columns.map((name) => storedValue(kind, name, sent[name]))],
        );
        await kind.save?.(tx, id, sent as never);
        await tx.write();
        const before = Object.fromEntries(Object.keys(sent).map((name) => [name, stored[name]]));
        const target = { type: kind.noun, id };
        return { answer: versioned(await readOne(tx.query, kind, id)), target, before, after: sent };
      };
      return adminEdit(deps, call, { action: `${kind.noun}.change`, scope: id, work }).catch(refuseDuplicate);
    },
  });

function bodyOf(kind: Resource, required: readonly string[]): z.core.$ZodType<object> {
  const shape = Object.entries(kind.fields).map(([name, field]) => {
    return [name, required.includes(name) ? field : z.optional(field)];
  });
  return z.strictObject(Object.fromEntries(shape));
}

const storedValue = (kind: Resource, name: string, value: unknown): unknown =>
  kind.json?.includes(name) && value !== null ? JSON.stringify(value) : value;

/** Rethrows a violation of a unique key as a refusal; Postgres names the column and the value. @throws NAME_TAKEN */
const refuseDuplicate = (error: unknown): never => {
  if (!isDuplicate(error)) throw error;
  const [, field, value] = /^Key \((\w+)\)=\((.*)\) /.exec(String((error as { detail?: unknown }).detail)) ?? [];
  throw refused('NAME_TAKEN', field === undefined ? undefined : { field, value });
};
