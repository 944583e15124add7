import { type Cell, table } from '../table.ts';
import type { Size } from './measure.ts';

const MOST_STATEMENTS = 25;
const LONGEST_TEXT = 90;

/** Formats the results: each row at each size, and the last size as a multiple of the first. */
export function growthReport(sizes: readonly Size[]): string {
  const parts: [title: string, rows: [name: string, values: (number | undefined)[]][]][] = [
    ['Per purchase (CPU-ms; statements)', purchaseRows(sizes)],
    ['Statements of a purchase (ms of execution)', statementRows(sizes)],
    ['Reads (ms)', rowsOf(sizes, ({ reads }) => reads)],
    ['Runs (s)', rowsOf(sizes, ({ runs }) => runs)],
  ];
  const head: Cell[] = ['orders', ...sizes.map(({ orders }) => orders.toLocaleString('en')), 'times'];
  return parts
    .map(([title, rows]) => `\n${title}\n${table([head, ...rows.map(([name, values]) => [name, ...cellsOf(values)])])}`)
    .join('\n');
}

function cellsOf(values: readonly (number | undefined)[]): Cell[] {
  const [first, last] = [values[0], values.at(-1)];
  return [...values.map((value) => value ?? null), first && last ? (last / first).toFixed(2) : null];
}

const purchaseRows = (sizes: readonly Size[]): [string, (number | undefined)[]][] => [
  ['Postgres', sizes.map(({ purchase }) => purchase.postgresMs)],
  ['all processes', sizes.map(({ purchase }) => purchase.sumMs)],
  ['statements', sizes.map(({ purchase }) => purchase.statements ?? undefined)],
];

/** The statements that take the most time of a purchase at the largest size. */
function statementRows(sizes: readonly Size[]): [string, (number | undefined)[]][] {
  const largest = Object.entries(sizes.at(-1)?.statements ?? {});
  return largest
    .sort(([, a], [, b]) => b.meanMs * b.perOrder - a.meanMs * a.perOrder)
    .slice(0, MOST_STATEMENTS)
    .map(([query]) => [query.slice(0, LONGEST_TEXT), sizes.map(({ statements }) => statements[query]?.meanMs)]);
}

function rowsOf(
  sizes: readonly Size[],
  of: (size: Size) => Record<string, number>,
): [string, (number | undefined)[]][] {
  const names = new Set(sizes.flatMap((size) => Object.keys(of(size))));
  return [...names].map((name) => [name, sizes.map((size) => of(size)[name])]);
}
