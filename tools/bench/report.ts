import type { Cost, Level } from './levels.ts';
import type { Figures } from './measure.ts';
import { PEERS, PEERS_NOTE } from './peers.ts';
import { isExact } from './processes.ts';
import { timesCeiling } from './ratio.ts';
import { type Cell, table } from './table.ts';
import { ROLES } from './usage-reader.ts';

/** Formats the results for the terminal. */
export function report(figures: Figures): string {
  return [
    ['Speed (ms)', speed(figures)],
    ['CPU-ms per order', cpu(figures)],
    ['Postgres, Redis and queues, per order', database(figures)],
    ['Memory (MB)', memory(figures)],
    ['The same rows by hand-written prepared SQL, in one transaction per order', ceiling(figures)],
    ['The queue, with jobs without work', queue(figures)],
    ['Start-up time of processes', startUps(figures)],
    ['A purchase in other shop systems', peers(figures)],
    ['Notes', notes(figures)],
  ]
    .map(([title, text]) => `\n${title}\n${text}`)
    .join('\n');
}

function speed({ levels }: Figures): string {
  const head = ['buyers', 'orders/s', 'p50', 'p95', 'p99', '202 p50', '202 p95', '202 p99', 'orders', 'failed'];
  const rows = levels.map(({ name, ordersPerSecond, flow, accepted, orders, failures }): Cell[] => [
    name,
    ordersPerSecond,
    ...(flow ? [flow.p50, flow.p95, flow.p99] : [null, null, null]),
    ...(accepted ? [accepted.p50, accepted.p95, accepted.p99] : [null, null, null]),
    orders,
    failures.length,
  ]);
  return table([head, ...rows]);
}

function cpu({ levels, idlePerSecond }: Figures): string {
  const head = ['buyers', ...ROLES.slice(0, 4), 'sum', 'without idle', '| simulator', 'buyers', 'bench', 'others, %'];
  const row = (name: string, cost: Cost, withoutIdle: number | null): Cell[] => [
    name,
    ...ROLES.slice(0, 4).map((role) => cost.cpuMs[role]),
    cost.sumMs,
    withoutIdle,
    cost.cpuMs.simulator,
    cost.buyersMs,
    cost.benchMs,
    Math.round(cost.others),
  ];
  const rows = levels.map((level) => row(level.name, level.perOrder, withoutIdle(level, idlePerSecond)));
  return table([head, ...rows, row('idle, per second', idlePerSecond, null)]);
}

const withoutIdle = ({ perOrder, ordersPerSecond }: Level, idle: Cost): number | null =>
  perOrder.sumMs === null || idle.sumMs === null ? null : perOrder.sumMs - idle.sumMs / ordersPerSecond;

function database({ levels, idlePerSecond }: Figures): string {
  const head = [
    'buyers',
    'statements',
    'begin, commit',
    'key checks',
    'commits',
    'that wrote',
    'WAL KB',
    '| Redis',
    'jobs',
  ];
  const row = (name: string, cost: Cost): Cell[] => {
    const { statements, control, nested, commits, writes, walKb, redisCommands, jobs } = cost;
    return [name, statements, control, nested, commits, writes, walKb, redisCommands, jobs];
  };
  const rows = levels.map((level) => row(level.name, level.perOrder));
  return table([head, ...rows, row('idle, per second', idlePerSecond)]);
}

const memory = ({ memory }: Figures): string =>
  table([
    ['process', 'pid', 'processes', 'resident'],
    ...ROLES.flatMap((role) =>
      memory[role].map(({ pid, processes, rssMb }): Cell[] => [role, String(pid), processes, Math.round(rssMb)]),
    ),
  ]);

function ceiling(figures: Figures): string {
  const { ceiling, levels } = figures;
  const head = ['buyers', 'orders/s', 'CPU-ms', 'program', 'postgres', 'statements', 'shop: speed', 'shop: CPU'];
  const rows = ceiling.map(({ concurrency, ordersPerSecond, cpuMs, writerMs, postgresMs, statements }): Cell[] => {
    const shop = levels.find((level) => !level.isHot && level.concurrency === concurrency);
    const speed = shop ? `${((100 * shop.ordersPerSecond) / ordersPerSecond).toFixed(1)} %` : null;
    const times = timesCeiling(figures, concurrency);
    const cpu = times && `${times.toFixed(1)} x`;
    return [String(concurrency), ordersPerSecond, cpuMs, writerMs, postgresMs, statements, speed, cpu];
  });
  return table([head, ...rows]);
}

const queue = ({ queue: { jobsPerSecond, nodeMs, redisMs } }: Figures): string =>
  table([
    ['', 'jobs/s', 'CPU-ms node', 'CPU-ms redis'],
    ['added and worked off', jobsPerSecond, nodeMs, redisMs],
  ]);

const startUps = ({ startUps }: Figures): string =>
  table([['', 'ms', 'CPU-ms'], ...startUps.map(({ role, wallMs, cpuMs }): Cell[] => [role, wallMs, cpuMs])]);

/** Compares our best level by throughput with other shop systems. */
function peers({ levels }: Figures): string {
  const spread = levels.filter(({ isHot }) => !isHot);
  const best = spread.reduce((one, other) => (other.ordersPerSecond > one.ordersPerSecond ? other : one));
  const { sumMs, statements, commits } = best.perOrder;
  const ours: Cell[] = [`here, ${best.name} buyers`, sumMs, statements, commits, best.ordersPerSecond];
  const theirs = PEERS.map(({ name, cpuMs, statements, commits, ordersPerSecond }): Cell[] => [
    name,
    cpuMs,
    statements,
    commits,
    ordersPerSecond,
  ]);
  return table([['', 'CPU-ms', 'statements', 'commits', 'orders/s'], ours, ...theirs]);
}

function notes({ statementsMissing, levels, isSound }: Figures): string {
  const failures = levels.flatMap(({ name, failures }) => failures.slice(0, 1).map((why) => `${name} buyers: ${why}`));
  return [
    PEERS_NOTE,
    ...(statementsMissing ? [`Statements are not counted: ${statementsMissing}`] : []),
    ...(isExact ? [] : ['CPU comes from ps and does not include ended child processes, mainly of Postgres.']),
    ...failures.map((failure) => `FAILED with ${failure}`),
    isSound
      ? 'Every conservation invariant holds after the run.'
      : 'CONSERVATION INVARIANTS ARE BROKEN: do not use these results.',
  ]
    .map((line) => `  ${line}`)
    .join('\n');
}
