import { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import type { ErrorCode } from '../../../domain/errors.ts';
import { refused } from '../../../domain/errors.ts';
import type { Row } from '../../../infra/database/pending-writes.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Call } from '../../http/route.ts';
import { requireVersion } from '../version.ts';

/** What a kind of thing in the shop says about itself: a row with a status and a version. */
interface Spec<F extends z.ZodRawShape> {
  /** In the path, e.g. `price-lists`. */
  path: string;
  /** One of it, as in the audit log. */
  noun: string;
  /** In the API document. */
  schemaId: string;
  tag: string;
  /** For everything, or for each by what is done. */
  permission: Permission | Record<ResourceAction, Permission>;
  table: string;
  notFound: ErrorCode;
  statuses: readonly [string, ...string[]];
  /** What a client sends; each field is a column, but for those of `apart`. */
  fields: F;
  /** What a new one has where nothing is said. */
  defaults: Partial<Values<F>>;
  /** Fields of which nothing is left out in a new one. */
  required: readonly (keyof F & string)[];
  /** Columns that hold JSON. */
  json?: readonly string[];
  /** Further members of the answer, each with the SQL that reads it for the row `t`. */
  apart?: Readonly<Record<string, { schema: z.core.$ZodType; sql: string }>>;
  /** Refuses what does not make sense as a whole. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  check(tx: Tx, whole: Values<F>, id: string): Promise<void>;
  /** Writes what is not in the row. */
  save?(tx: Tx, id: string, sent: Partial<Values<F>>): Promise<void>;
  /** Further parameters of the list, each with the SQL that a row `t` has to fulfil for its value. */
  filters?: Readonly<Record<string, { schema: z.core.$ZodType; sql(value: string): string }>>;
  /** Takes the locks that come before that of the row. */
  prepare?(tx: Tx): Promise<unknown>;
  /** Refuses to remove what is named where no foreign key says so. @throws IN_USE */
  refuseRemoval?(tx: Tx, id: string): Promise<void>;
  /** What follows when it is gone; `row` is what it was. */
  removed?(tx: Tx, row: Row): Promise<void>;
  /** What a new one has that follows from what was sent. */
  complete?(tx: Tx, whole: Partial<Values<F>>): Promise<Partial<Values<F>>>;
  /** Statements that delete what has to go before the row `$1` does. */
  children?: readonly string[];
}

export type ResourceAction = 'read' | 'create' | 'update' | 'delete';

type Values<F extends z.ZodRawShape> = z.output<z.ZodObject<F>>;

/** A kind of thing, with the schema of its answers. */
export interface Resource extends Spec<z.ZodRawShape> {
  complete(tx: Tx, whole: Row): Promise<Row>;
  view: z.core.$ZodType<object>;
}

/** Declares a kind of thing; its checks are typed by its fields, the routes handle it as rows. */
export function resource<F extends z.ZodRawShape>(spec: Spec<F>): Resource {
  const { fields, defaults, required, check, save, complete } = spec;
  return {
    ...spec,
    ...{ fields, defaults: defaults as Row, required, view: viewOf(spec) },
    check: (tx, whole, id) => check(tx, whole as never, id),
    complete: async (tx: Tx, whole: Row) => (await complete?.(tx, whole as never)) ?? {},
    ...(save && { save: (tx: Tx, id: string, sent: Row) => save(tx, id, sent as never) }),
  };
}

export const params = z.object({ id: z.uuid() });
export type Stored = Row & { id: string; version: number };

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const columnsOf = (kind: Resource): string[] =>
  Object.keys(kind.fields).filter((name) => !(name in (kind.apart ?? {})));

/** The SQL of all that is answered, for the row `t`. */
export const selectOf = (kind: Resource): string =>
  [
    ...['id', ...columnsOf(kind), 'version', 'createdAt', 'updatedAt'].map((name) => `t.${snake(name)} as "${name}"`),
    ...Object.entries(kind.apart ?? {}).map(([name, { sql }]) => `${sql} as "${name}"`),
  ].join(', ');

function viewOf<F extends z.ZodRawShape>({ fields, apart = {}, schemaId }: Spec<F>): z.core.$ZodType<object> {
  const others = Object.fromEntries(Object.entries(apart).map(([name, { schema }]) => [name, schema]));
  const times = { version: z.int(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() };
  return z.object({ id: z.uuid(), ...fields, ...others, ...times }).meta({ id: schemaId });
}

/** The row under its lock, in the version that the caller has read. */
export async function lockResource(
  tx: Tx,
  kind: Resource,
  call: Call<{ id: string }, unknown, unknown>,
): Promise<Stored> {
  const { id } = call.params;
  // Rows that refer to it may still be written meanwhile: a checkout that holds a level does not wait for a change of the variant.
  await tx.query(`select 1 from ${kind.table} where id = $1 for no key update`, [id]);
  const stored = await readOne(tx.query, kind, id);
  requireVersion(call, stored.version);
  return stored;
}

/** @throws the thing's `notFound` */
export async function readOne(
  query: Tx['query'] | ApiDeps['db']['query'],
  kind: Resource,
  id: string,
): Promise<Stored> {
  const [row] = await query<Stored>(`select ${selectOf(kind)} from ${kind.table} t where id = $1`, [id]);
  if (!row) throw refused(kind.notFound, { id });
  return row;
}

export const commonOf = ({ tag, permission }: Resource, action: ResourceAction) => ({
  tag,
  permission: typeof permission === 'string' ? permission : permission[action],
  access: 'staff' as const,
});
export const pathOf = ({ path }: Resource): string => `/api/v1/admin/${path}`;
