import { cacheGauges } from '../../../infra/cache/read-counts.ts';
import { type Html, html } from '../html.ts';
import { table } from '../views/table.ts';

interface Reads {
  kind: string;
  memory: number;
  redis: number;
  none: number;
}

/** The reads of cached values that this process made since its start, by kind and by the layer that had the value. */
export async function cacheTable(): Promise<Html> {
  const kinds = new Map<string, Reads>();
  for (const { labels, value } of await cacheGauges.read()) {
    const { kind = '', layer = '' } = labels;
    kinds.set(kind, { ...(kinds.get(kind) ?? { kind, memory: 0, redis: 0, none: 0 }), [layer]: value });
  }
  const rows = [...kinds.values()].sort((a, b) => totalOf(b) - totalOf(a));
  return rows.length > 0 ? table('Caches', COLUMNS, rows) : html`<p>None since its start.</p>`;
}

const totalOf = ({ memory, redis, none }: Reads): number => memory + redis + none;

const number = (title: string, of: (reads: Reads) => string | number) => ({
  title,
  isNumber: true as const,
  cell: (reads: Reads) => String(of(reads)),
});

const COLUMNS = [
  { title: 'Kind', cell: ({ kind }: Reads) => kind },
  number('In memory', ({ memory }) => memory),
  number('In Redis', ({ redis }) => redis),
  number('In none', ({ none }) => none),
  number('Hits', (reads) => `${Math.floor((100 * (reads.memory + reads.redis)) / totalOf(reads))} %`),
];
