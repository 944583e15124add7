import pg from 'pg';

/** What was done for one statement, or for one inside of a function that it called. */
export interface Plan {
  /** The kind of each scan with the table it reads. */
  scans: [kind: string, table: string][];
  indexes: string[];
  /** How many rows of each table were read. */
  read: ReadonlyMap<string, number>;
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Node[];
}

/** A connection that reports the plan of every statement it runs. */
export interface Watched {
  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** The plans since the last call. */
  plans(): Plan[];
  close(): Promise<void>;
}

/**
 * Opens a connection on which the server itself says what it did: also inside of functions, and for the values at hand, or by
 * plans for all values.
 */
export async function watchPlans(url: string, plans: 'custom' | 'generic' = 'custom'): Promise<Watched> {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const client = new pg.Client({ connectionString: url, types });
  const seen: Plan[] = [];
  client.on('notice', ({ message = '' }) => {
    const json = message.split('plan:\n')[1];
    if (json !== undefined) seen.push(planOf((JSON.parse(json) as { Plan: Node }).Plan));
  });
  await client.connect();
  await client.query(`load 'auto_explain'`);
  const settings = {
    'auto_explain.log_min_duration': 0,
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    client_min_messages: 'log',
    jit: 'off',
    plan_cache_mode: `force_${plans}_plan`,
  };
  for (const [name, value] of Object.entries(settings)) await client.query(`set ${name} = ${value}`);
  return {
    query: async <R extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query({ text, values: [...values] })).rows as R[],
    plans: () => seen.splice(0),
    close: () => client.end(),
  };
}

function planOf(root: Node): Plan {
  const nodes = flat(root);
  return {
    scans: nodes.map((node) => [node['Node Type'], node['Relation Name'] ?? '']),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    read: rowsRead(nodes),
  };
}

function rowsRead(nodes: readonly Node[]): Map<string, number> {
  const read = new Map<string, number>();
  for (const node of nodes) {
    const { 'Relation Name': table, 'Actual Rows': rows = 0, 'Actual Loops': loops = 0 } = node;
    const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
    if (table !== undefined) read.set(table, (read.get(table) ?? 0) + (rows + removed) * loops);
  }
  return read;
}

const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)];
