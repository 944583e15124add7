import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** The folder of a running stack; null: the bench starts one of its own. */
  dataDir: string | null;
  /** Purchases per level. */
  orders: number;
  concurrency: number[];
  /** Purchases before the first measurement. */
  warmup: number;
  /** How long, in seconds, the shop is left alone to see what it costs idle. */
  idleSeconds: number;
  /** How long, in seconds, Postgres is given to publish its count of commits. */
  settleSeconds: number;
  jsonFile: string | null;
  profile: 'web' | 'worker' | null;
  statements: boolean;
  /** Whether the run fails when a purchase has become dearer. */
  check: boolean;
}

export const USAGE = `Usage: bin/bench [--data DIR] [--orders N] [--concurrency 1,8,32,64] [--json FILE] [--check]
       bin/bench [--profile web|worker] [--statements]
       bin/bench pricing [--runs N] [--json FILE]
       bin/bench reads [--json FILE]

Buys over HTTP and prints what a purchase costs, and how far that is from the ceiling of this machine.

  --data DIR         measure the processes of DIR/run.json instead of a stack of its own; it leaves orders there
  --orders N         purchases per level (default 300)
  --concurrency LIST buyers at once, level by level (default 1,8,32,64)
  --warmup N         purchases before the first level (default as --orders)
  --idle SECONDS     how long the idle shop is watched (default 5)
  --settle SECONDS   pause after each level, for Postgres to publish its commits (default 11; less counts too few)
  --json FILE        write all figures there as well
  --check            fail when a purchase takes over 10 % more, in times of the ceiling, than tools/bench/baseline.json says
  --profile ROLE     only: where web or worker spends its CPU in one level (the last of the list)
  --statements       only: which statements a purchase needs, in one level (the last of the list)

reads: how fast shop fronts are answered, warm and cold, beside a route of Express that only sends

pricing: how long the pricing engine takes for carts of 1, 10 and 100 lines; it needs no shop

  --runs N           carts priced per size (default 2000), after as many that are not counted

See docs/benchmarks.md.`;

/** Reads the command line; throws naming the first wrong option. Relative paths start where the person is. */
export function readOptions(argv: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: {
      data: { type: 'string' },
      orders: { type: 'string', default: '300' },
      concurrency: { type: 'string', default: '1,8,32,64' },
      warmup: { type: 'string' },
      idle: { type: 'string', default: '5' },
      settle: { type: 'string', default: '11' },
      json: { type: 'string' },
      profile: { type: 'string' },
      statements: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    dataDir: values.data ? from(values.data) : null,
    orders: wholeNumber('--orders', values.orders, 1),
    concurrency: values.concurrency.split(',').map((text) => wholeNumber('--concurrency', text, 1)),
    warmup: wholeNumber('--warmup', values.warmup ?? values.orders, 1),
    idleSeconds: wholeNumber('--idle', values.idle, 1),
    settleSeconds: wholeNumber('--settle', values.settle, 0),
    jsonFile: values.json ? from(values.json) : null,
    profile: roleOf(values.profile, values.data),
    statements: values.statements,
    check: values.check,
  };
}

export interface PricingBenchOptions {
  /** Carts priced per size. */
  runs: number;
  jsonFile: string | null;
}

/** The command line behind `pricing`; as `readOptions`. */
export function readPricingOptions(argv: string[]): PricingBenchOptions | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: {
      runs: { type: 'string', default: '2000' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return { runs: wholeNumber('--runs', values.runs, 1), jsonFile: values.json ? from(values.json) : null };
}

/** The command line behind `reads`; as `readOptions`. */
export function readReadsOptions(argv: string[]): { jsonFile: string | null } | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return 'help';
  return { jsonFile: values.json ? from(values.json) : null };
}

const from = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

const MOST = 1_000_000;

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= MOST) return value;
  throw new Error(`${option} must be a whole number from ${least} to ${MOST}, not "${text}"`);
}

function roleOf(role: string | undefined, data: string | undefined): BenchOptions['profile'] {
  if (role === undefined) return null;
  if (role !== 'web' && role !== 'worker') throw new Error(`--profile must be web or worker, not "${role}"`);
  if (data) throw new Error('--profile starts processes of its own: leave --data out');
  return role;
}
