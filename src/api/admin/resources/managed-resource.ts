import type { EntityClass } from '@mikro-orm/core';
import { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import { type ErrorCode, refused } from '../../../domain/errors.ts';
import type { RowLock } from '../../../infra/database/aggregates.ts';
import type { Row } from '../../../infra/database/pending-writes.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { Call } from '../../http/route.ts';
import { requireVersion } from '../version.ts';

type ResourceAction = 'read' | 'create' | 'update' | 'delete';

/** The answer about a resource. */
export type ResourceView = Row & { id: string; version: number };

interface Versioned {
  id: string;
  version: number;
}

/** A kind of resource that staff manage by five routes: its HTTP texts, how it is read, and what its entity does. */
export interface ManagedResource<
  E extends Versioned = Versioned,
  New extends object = Row,
  Change extends object = Row,
> {
  /** Path segment, e.g. `price-lists`. */
  path: string;
  /** Singular name in texts and in the audit log, e.g. `price-list`. */
  noun: string;
  tag: string;
  /** One permission for all actions, or one for each action. */
  permission: Permission | Record<ResourceAction, Permission>;
  notFound: ErrorCode;
  statuses: readonly [string, ...string[]];
  /** The schema of its answers. */
  view: z.core.$ZodType<object>;
  /** The statement that reads its answers, without a condition; `t` is the row. */
  select: string;
  /** Filters of the list, each with the SQL condition on the row `t`. */
  filters?: Readonly<Record<string, { schema: z.core.$ZodType; sql(value: string): string }>>;
  newBody: z.core.$ZodType<New>;
  changeBody: z.core.$ZodType<Change>;
  entity: EntityClass<E>;
  /** Takes the locks that must come before the lock of the row. */
  prepare?(tx: Tx): Promise<unknown>;
  create(tx: Tx, body: New): Promise<E>;
  change(tx: Tx, entity: E, body: Change): Promise<void>;
  /** Removes what belongs to the entity, and the entity. @throws IN_USE */
  remove(tx: Tx, entity: E): Promise<void>;
}

/** Declares a kind of resource: its methods are typed by its entity and bodies, the routes handle any kind. */
export const managedResource = <E extends Versioned, New extends object, Change extends object>(
  kind: ManagedResource<E, New, Change>,
): ManagedResource<E> => kind as object as ManagedResource<E>;

type Values<F extends z.ZodRawShape> = z.output<z.ZodObject<F>>;

interface Bodies<F extends z.ZodRawShape, R extends string> {
  newBody: z.core.$ZodType<Partial<Values<F>> & Pick<Values<F>, R & keyof Values<F>>>;
  changeBody: z.core.$ZodType<Partial<Values<F>>>;
}

/** The bodies that create and change a resource with these fields: a new one needs the required fields. */
export function bodiesOf<F extends z.ZodRawShape, R extends keyof F & string>(
  fields: F,
  required: readonly R[],
): Bodies<F, R>;
export function bodiesOf(fields: z.ZodRawShape, required: readonly string[]): object {
  const optional = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, z.optional(field)]));
  const needed = Object.fromEntries(required.map((name) => [name, fields[name] as z.core.$ZodType]));
  return { newBody: z.strictObject({ ...optional, ...needed }), changeBody: z.strictObject(optional) };
}

/** The last columns of `select`. */
export const VERSION_AND_TIMES = `t.version, t.created_at as "createdAt", t.updated_at as "updatedAt"`;

/** The schema of the answers: the fields, those that are computed, version and times. */
export const viewOf = (schemaId: string, fields: z.ZodRawShape): z.core.$ZodType<object> => {
  const times = { version: z.int(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() };
  return z.object({ id: z.uuid(), ...fields, ...times }).meta({ id: schemaId });
};

export const params = z.object({ id: z.uuid() });

/** Locks a resource that the caller wants to change. @throws its `notFound` code; RequestFault for another version */
export async function lockResource<E extends Versioned>(
  tx: Tx,
  kind: ManagedResource<E>,
  call: Call<{ id: string }, unknown, unknown>,
): Promise<E> {
  // Others may still insert rows that refer to it: a checkout need not wait for a change of the variant.
  const entity = await lockOne(tx, kind, { id: call.params.id, mode: 'for no key update' });
  requireVersion(call, entity.version);
  return entity;
}

/** Locks a resource whose version does not matter. @throws its `notFound` code */
export async function lockOne<E extends Versioned>(
  tx: Tx,
  { entity, notFound }: ManagedResource<E>,
  { id, mode }: { id: string; mode?: RowLock },
): Promise<E> {
  const found = await tx.lock<Versioned>(entity, { id }, mode);
  if (!found) throw refused(notFound, { id });
  return found as E;
}

/** @throws the `notFound` code of the resource */
export async function readOne(
  query: Query,
  { select, notFound }: Pick<ManagedResource, 'select' | 'notFound'>,
  id: string,
): Promise<ResourceView> {
  const [row] = await query<ResourceView>(`${select} where t.id = $1`, [id]);
  if (!row) throw refused(notFound, { id });
  return row;
}

export const commonOf = ({ tag, permission }: ManagedResource, action: ResourceAction) => ({
  tag,
  permission: typeof permission === 'string' ? permission : permission[action],
  access: 'staff' as const,
});

export const pathOf = ({ path }: ManagedResource): string => `/api/v1/admin/${path}`;
export const titleOf = ({ noun }: ManagedResource): string => noun.replaceAll('-', ' ');
