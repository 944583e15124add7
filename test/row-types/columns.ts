import pg from 'pg';
import type { FreshDatabase } from '../support/database.ts';

/** A column of a result, and the kind of value that the database's type parsers make of it: `string`, `json[]` … */
export interface Column {
  name: string;
  kind: string;
}

export interface Describer {
  /** Prepares a statement without running it. @throws DatabaseError if Postgres refuses it */
  columnsOf(text: string): Promise<Column[]>;
  close(): Promise<void>;
}

export async function openDescriber({ db, url }: FreshDatabase): Promise<Describer> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const kindOf = await kindsOfTypes(db.pool);
  return {
    async columnsOf(text) {
      const fields = await describeFields(client, text);
      return fields.map(({ name, dataTypeID }) => ({ name, kind: kindOf(dataTypeID) }));
    },
    close: () => client.end(),
  };
}

/** Sends Parse, Describe and Sync: the server plans nothing and needs no values. */
const describeFields = (client: pg.Client, text: string): Promise<pg.FieldDef[]> =>
  new Promise((resolve, reject) => {
    let fields: pg.FieldDef[] = [];
    client.query({
      submit(connection: pg.Connection) {
        connection.parse({ name: '', text, types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription(message: { fields: pg.FieldDef[] }) {
        fields = message.fields;
      },
      handleError: reject,
      handleReadyForQuery: () => resolve(fields),
    });
  });

interface ColumnType {
  oid: number;
  name: string;
  category: string;
  element: number;
}

/** A value of each category of types, as the server writes it. */
const SAMPLES: Record<string, string> = {
  B: 't',
  D: '2026-11-30 00:00:00+00',
  N: '1',
  T: '01:00:00',
};
const JSON_TYPES = ['json', 'jsonb'];

/** Asks the type parsers of the application what they make of a value of a type. */
async function kindsOfTypes(pool: pg.Pool): Promise<(oid: number) => string> {
  const { rows } = await pool.query<ColumnType>(
    `select oid::int, typname as name, typcategory as category, typelem::int as element from pg_type`,
  );
  const types = new Map(rows.map((type) => [type.oid, type]));
  const client = await pool.connect();
  client.release();
  const sampleOf = ({ category, element, name }: ColumnType): string => {
    const part = category === 'A' ? types.get(element) : undefined;
    if (part) return `{"${sampleOf(part)}"}`;
    return JSON_TYPES.includes(name) ? '{}' : (SAMPLES[category] ?? '\\x61');
  };
  return (oid) => {
    const type = types.get(oid);
    if (!type) throw new Error(`there is no type ${oid}`);
    const kind = kindOfValue(client.getTypeParser(oid, 'text')(sampleOf(type)));
    const isJson = JSON_TYPES.includes(types.get(type.category === 'A' ? type.element : oid)?.name ?? '');
    return isJson ? kind.replace('object', 'json') : kind;
  };
}

function kindOfValue(value: unknown): string {
  if (Array.isArray(value)) return `${kindOfValue(value[0])}[]`;
  if (value instanceof Date) return 'Date';
  return Buffer.isBuffer(value) ? 'Buffer' : typeof value;
}
