import { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import type { ErrorCode } from '../../../domain/errors.ts';
import { refused } from '../../../domain/errors.ts';
import type { Row } from '../../../infra/database/pending-writes.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Call } from '../../http/route.ts';
import { requireVersion } from '../version.ts';

/** Declares a kind of resource: its rows have a status and a version. */
interface ResourceSpec<F extends z.ZodRawShape> {
  /** Path segment, e.g. `price-lists`. */
  path: string;
  /** Singular name in texts and in the audit log, e.g. `price-list`. */
  noun: string;
  /** Name of the schema in the OpenAPI document. */
  schemaId: string;
  tag: string;
  /** One permission for all actions, or one for each action. */
  permission: Permission | Record<ResourceAction, Permission>;
  table: string;
  notFound: ErrorCode;
  statuses: readonly [string, ...string[]];
  /** Fields that a client sends; each is a column, except those in `computed`. */
  fields: F;
  /** Values of omitted fields of a new resource. */
  defaults: Partial<Values<F>>;
  /** Fields that a new resource must have. */
  required: readonly (keyof F & string)[];
  /** Columns of type JSON. */
  json?: readonly string[];
  /** Fields of the answer that are not columns, each with the SQL that computes it for the row `t`. */
  computed?: Readonly<Record<string, { schema: z.core.$ZodType; sql: string }>>;
  /** Validates all values together. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  check(tx: Tx, values: Values<F>, id: string): Promise<void>;
  /** Writes data outside of the row. */
  save?(tx: Tx, id: string, sent: Partial<Values<F>>): Promise<void>;
  /** Filters of the list, each with the SQL condition on the row `t`. */
  filters?: Readonly<Record<string, { schema: z.core.$ZodType; sql(value: string): string }>>;
  /** Takes the locks that must come before the lock of the row. */
  prepare?(tx: Tx): Promise<unknown>;
  /** Refuses removal because of references without a foreign key. @throws IN_USE */
  refuseRemoval?(tx: Tx, id: string): Promise<void>;
  /** Runs after the row is deleted; `row` is its last state. */
  afterRemove?(tx: Tx, row: Row): Promise<void>;
  /** Derives values of a new resource from the sent ones. */
  complete?(tx: Tx, values: Partial<Values<F>>): Promise<Partial<Values<F>>>;
  /** Statements that delete dependent rows before the row with the id `$1`. */
  children?: readonly string[];
}

export type ResourceAction = 'read' | 'create' | 'update' | 'delete';

type Values<F extends z.ZodRawShape> = z.output<z.ZodObject<F>>;

/** A declared kind of resource with the schema of its answers. */
export interface Resource extends ResourceSpec<z.ZodRawShape> {
  complete(tx: Tx, values: Row): Promise<Row>;
  view: z.core.$ZodType<object>;
}

/** Declares a kind of resource: `check` and `save` are typed by its fields, the routes handle untyped rows. */
export function resource<F extends z.ZodRawShape>(spec: ResourceSpec<F>): Resource {
  const { fields, defaults, required, check, save, complete } = spec;
  return {
    ...spec,
    ...{ fields, defaults: defaults as Row, required, view: viewOf(spec) },
    check: (tx, values, id) => check(tx, values as never, id),
    complete: async (tx: Tx, values: Row) => (await complete?.(tx, values as never)) ?? {},
    ...(save && { save: (tx: Tx, id: string, sent: Row) => save(tx, id, sent as never) }),
  };
}

export const params = z.object({ id: z.uuid() });
export type StoredResource = Row & { id: string; version: number };

export const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const columnsOf = (kind: Resource): string[] =>
  Object.keys(kind.fields).filter((name) => !(name in (kind.computed ?? {})));

/** The SQL select list of the answer, for the row `t`. */
export const selectOf = (kind: Resource): string =>
  [
    ...['id', ...columnsOf(kind), 'version', 'createdAt', 'updatedAt'].map(
      (name) => `t.${toSnakeCase(name)} as "${name}"`,
    ),
    ...Object.entries(kind.computed ?? {}).map(([name, { sql }]) => `${sql} as "${name}"`),
  ].join(', ');

function viewOf<F extends z.ZodRawShape>({
  fields,
  computed = {},
  schemaId,
}: ResourceSpec<F>): z.core.$ZodType<object> {
  const others = Object.fromEntries(Object.entries(computed).map(([name, { schema }]) => [name, schema]));
  const times = { version: z.int(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() };
  return z.object({ id: z.uuid(), ...fields, ...others, ...times }).meta({ id: schemaId });
}

/** Locks the row and checks the version that the caller has read. */
export async function lockResource(
  tx: Tx,
  kind: Resource,
  call: Call<{ id: string }, unknown, unknown>,
): Promise<StoredResource> {
  const { id } = call.params;
  // `no key update` still allows inserts that refer to the row: a checkout need not wait for a change of the variant.
  await tx.query(`select 1 from ${kind.table} where id = $1 for no key update`, [id]);
  const stored = await readOne(tx.query, kind, id);
  requireVersion(call, stored.version);
  return stored;
}

/** @throws the `notFound` code of the resource */
export async function readOne(
  query: Tx['query'] | ApiDeps['db']['query'],
  kind: Resource,
  id: string,
): Promise<StoredResource> {
  const [row] = await query<StoredResource>(`select ${selectOf(kind)} from ${kind.table} t where id = $1`, [id]);
  if (!row) throw refused(kind.notFound, { id });
  return row;
}

export const commonOf = ({ tag, permission }: Resource, action: ResourceAction) => ({
  tag,
  permission: typeof permission === 'string' ? permission : permission[action],
  access: 'staff' as const,
});
export const pathOf = ({ path }: Resource): string => `/api/v1/admin/${path}`;
