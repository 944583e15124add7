import packageFacts from '../../../../package.json' with { type: 'json' };
import { MONTHLY_TABLES } from '../../../entities/monthly-tables.ts';
import { MIGRATIONS } from '../../../entities/schema.ts';
import { monthStart, partitionName, partitionsOf } from '../../../infra/database/partitions.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { orDash } from '../views/formats.ts';
import { table } from '../views/table.ts';
import { cacheTable } from './cache-table.ts';

/** Version, migrations, partitions of the next months, and the connections and caches of the process that answers. */
export const systemPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/system',
  access: 'staff',
  permission: 'queues:view',
  async render() {
    const [facts, partitions, pools, caches] = await Promise.all([
      readFacts(deps),
      readPartitions(deps, new Date()),
      deps.db.gauges.read(),
      cacheTable(),
    ]);
    return {
      title: 'System',
      isWide: true,
      main: html`
<dl>${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>
<h2>Partitions</h2>
<p>A job creates them every night. A month without a partition accepts no rows.</p>
${table('Partitions', PARTITION_COLUMNS, partitions)}
<h2>Connections of this process</h2>
${table('Connections', POOL_COLUMNS, pools)}
<h2>Reads of cached values by this process</h2>
${caches}`,
    };
  },
});

async function readFacts({ db }: OpsDeps): Promise<[string, string][]> {
  const applied = await db.query<{ name: string }>(`select name from mikro_orm_migrations order by name`);
  const [server] = await db.query<{ version: string }>(`select current_setting('server_version') as version`);
  const names = new Set(applied.map(({ name }) => name));
  const missing = MIGRATIONS.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  return [
    ['VCEcom', packageFacts.version],
    ['Node.js', process.version],
    ['PostgreSQL', server?.version ?? ''],
    ['Last migration', orDash(applied.at(-1)?.name)],
    ['Missing migrations', missing.join(', ') || 'none'],
  ];
}

interface PartitionRow {
  table: string;
  months: [name: string, exists: boolean][];
}

/** The partitions of this month and the next two of each table. */
async function readPartitions({ db }: OpsDeps, now: Date): Promise<PartitionRow[]> {
  const existing = await partitionsOf(db, MONTHLY_TABLES);
  return MONTHLY_TABLES.map((name) => ({
    table: name,
    months: [0, 1, 2].map((offset) => {
      const start = monthStart(now, offset);
      return [start.toISOString().slice(0, 7), existing.has(partitionName({ table: name, start }))];
    }),
  }));
}

const PARTITION_COLUMNS = [
  { title: 'Table', cell: ({ table: name }: PartitionRow) => name },
  {
    title: 'Present',
    cell: ({ months }: PartitionRow) => orDash(months.flatMap(([name, exists]) => (exists ? [name] : [])).join(', ')),
  },
  {
    title: 'Missing',
    cell: ({ months }: PartitionRow) => orDash(months.flatMap(([name, exists]) => (exists ? [] : [name])).join(', ')),
  },
];

type Reading = Awaited<ReturnType<OpsDeps['db']['gauges']['read']>>[number];

const POOL_COLUMNS = [
  { title: 'Pool', cell: ({ labels }: Reading) => orDash(labels?.pool) },
  { title: 'State', cell: ({ labels }: Reading) => orDash(labels?.state) },
  { title: 'Number', isNumber: true as const, cell: ({ value }: Reading) => String(value) },
];
