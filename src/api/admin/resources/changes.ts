import { refused } from '../../../domain/errors.ts';
import { isDuplicate } from '../../../infra/database/database.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { adminEdit, versioned } from '../change.ts';
import { commonOf, lockResource, type ManagedResource, params, pathOf, readOne, titleOf } from './managed-resource.ts';

/** The route that creates a resource. */
export const createResourceRoute = (deps: ApiDeps, kind: ManagedResource) =>
  route({
    ...commonOf(kind, 'create'),
    method: 'post',
    path: pathOf(kind),
    summary: `Create a ${titleOf(kind)}`,
    body: kind.newBody,
    answers: { 201: { description: 'The new resource', schema: kind.view } },
    errors: ['NAME_TAKEN', 'CONTRADICTION', 'REFERENCE_UNKNOWN'],
    idempotent: true,
    handle(call) {
      const work = async (tx: Tx) => {
        await kind.prepare?.(tx);
        const { id } = await kind.create(tx, call.body);
        await tx.write();
        const answer = versioned(await readOne(tx.query, kind, id), 201);
        return { answer, target: { type: kind.noun, id }, before: null, after: call.body };
      };
      return adminEdit(deps, call, { action: `${kind.noun}.create`, scope: 'new', work }).catch(refuseDuplicate);
    },
  });

/** The route that updates the given fields of a resource. */
export const changeResourceRoute = (deps: ApiDeps, kind: ManagedResource) =>
  route({
    ...commonOf(kind, 'update'),
    method: 'patch',
    path: `${pathOf(kind)}/{id}`,
    versioned: true,
    summary: `Update a ${titleOf(kind)}; omitted fields keep their values`,
    params,
    body: kind.changeBody,
    answers: { 200: { description: 'The updated resource', schema: kind.view } },
    errors: [kind.notFound, 'NAME_TAKEN', 'CONTRADICTION', 'REFERENCE_UNKNOWN'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        await kind.prepare?.(tx);
        const entity = await lockResource(tx, kind, call);
        const stored = await readOne(tx.query, kind, id);
        await kind.change(tx, entity, call.body);
        await tx.write();
        const before = Object.fromEntries(Object.keys(call.body).map((name) => [name, stored[name]]));
        const answer = versioned(await readOne(tx.query, kind, id));
        return { answer, target: { type: kind.noun, id }, before, after: call.body };
      };
      return adminEdit(deps, call, { action: `${kind.noun}.change`, scope: id, work }).catch(refuseDuplicate);
    },
  });

/** Rethrows a violation of a unique key as a refusal; Postgres names the column and the value. @throws NAME_TAKEN */
const refuseDuplicate = (error: unknown): never => {
  if (!isDuplicate(error)) throw error;
  const [, field, value] = /^Key \((\w+)\)=\((.*)\) /.exec(String((error as { detail?: unknown }).detail)) ?? [];
  throw refused('NAME_TAKEN', field === undefined ? undefined : { field, value });
};
