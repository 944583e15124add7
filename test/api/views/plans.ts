import pg from 'pg';

/** What was done for one statement, or for one inside of a function that it called. */
export interface Plan {
  /** The kind of each scan with the table it reads. */
  scans: [kind: string, table: string][];
  indexes: string[];
  /** The rows that the scans read from tables and indexes; 0 unless rows are counted. */
  rowsRead: number;
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
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
 * Opens a connection on which the server itself says what it did: also inside of functions, and for the values at hand.
 * `countsRows`: also how many rows it read.
 */
export async function watchPlans(url: string, { countsRows = false } = {}): Promise<Watched> {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const client = new pg.Client({ connectionString: url, types });
  const plans: Plan[] = [];
  client.on('notice', ({ message = '' }) => {
    const json = message.split('plan:\n')[1];
    if (json !== undefined) plans.push(planOf((JSON.parse(json) as { Plan: Node }).Plan));
  });
  await client.connect();
  await client.query(`load 'auto_explain'`);
  const settings = {
    'auto_explain.log_min_duration': 0,
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json',
    'auto_explain.log_analyze': countsRows ? 'on' : 'off',
    'auto_explain.log_timing': 'off',
    client_min_messages: 'log',
    jit: 'off',
  };
  for (const [name, value] of Object.entries(settings)) await client.query(`set ${name} = ${value}`);
  return {
    query: async <R extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query({ text, values: [...values] })).rows as R[],
    plans: () => plans.splice(0),
    close: () => client.end(),
  };
}

function planOf(root: Node): Plan {
  const nodes = flat(root);
  return {
    scans: nodes.map((node) => [node['Node Type'], node['Relation Name'] ?? '']),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    rowsRead: nodes.reduce((sum, node) => sum + rowsReadBy(node), 0),
  };
}

function rowsReadBy(node: Node): number {
  if (!node['Relation Name']) return 0;
  const perLoop = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0);
  return perLoop * (node['Actual Loops'] ?? 0);
}

const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)];
