import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** The folder of a running stack; null: the bench starts its own. */
  dataDir: string | null;
  /** Purchases per level. */
  orders: number;
  concurrency: number[];
  /** The most purchases before the first measurement. */
  warmup: number;
  /** Duration of the idle measurement in seconds. */
  idleSeconds: number;
  /** Pause in seconds for Postgres to publish its count of commits. */
  settleSeconds: number;
  jsonFile: string | null;
  profile: 'web' | 'worker' | null;
  statements: boolean;
  /** The share of traces that the processes record, from 0 to 1; null: tracing is off. */
  tracing: number | null;
  /** Whether the run fails when a purchase has become more expensive. */
  check: boolean;
}

export const USAGE = `Usage: bin/bench [--data DIR] [--orders N] [--concurrency 1,8,32,64] [--json FILE] [--check]
       bin/bench [--profile web|worker] [--statements] [--tracing RATIO]
       bin/bench pricing [--runs N] [--json FILE]
       bin/bench reads [--json FILE]
       bin/bench growth [--sizes 10000,100000] [--orders N] [--json FILE]

Buys over HTTP and prints the cost of a purchase, also compared with hand-written SQL on this machine (the ceiling).

  --data DIR         measure the stack of DIR/run.json instead of a new one; the orders remain there
  --orders N         purchases per level (default 300)
  --concurrency LIST buyers at once, level by level (default 1,8,32,64)
  --warmup N         the most purchases before the first level, until figures settle (default 2000)
  --idle SECONDS     duration of the idle measurement (default 5)
  --settle SECONDS   pause after each level, for Postgres to publish its commits (default 11; less counts too few)
  --json FILE        also write all results to FILE
  --check            fail when a purchase costs over 10 % more, in multiples of the ceiling, than in tools/bench/baseline.json
  --profile ROLE     only profile the CPU of web or worker in one level (the last of the list)
  --statements       only list the statements of a purchase in one level (the last of the list)
  --tracing RATIO    record this share of the traces, from 0 to 1 (default: tracing is off)

reads: measures store reads, warm and cold, compared with an Express route that only sends bytes

pricing: measures the pricing engine with carts of 1, 10 and 100 lines; it needs no running shop

  --runs N           carts priced per size (default 2000), after a warm-up of the same number

growth: fills its own stack with finished orders and measures at each size what purchases, lists and rounds of workers cost

  --sizes LIST       numbers of orders (default 10000,100000)
  --orders N         purchases per round, three rounds per size (default 200)
  --no-verify        do not check the invariants at each size

See docs/benchmarks.md.`;

/**
 * Reads the command line. Throws an error that names the first wrong option. Paths are relative to the user's folder.
 */
export function readOptions(argv: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: {
      data: { type: 'string' },
      orders: { type: 'string', default: '300' },
      concurrency: { type: 'string', default: '1,8,32,64' },
      warmup: { type: 'string', default: '2000' },
      idle: { type: 'string', default: '5' },
      settle: { type: 'string', default: '11' },
      json: { type: 'string' },
      profile: { type: 'string' },
      statements: { type: 'boolean', default: false },
      tracing: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    dataDir: values.data ? from(values.data) : null,
    orders: wholeNumber('--orders', values.orders, 1),
    concurrency: values.concurrency.split(',').map((text) => wholeNumber('--concurrency', text, 1)),
    warmup: wholeNumber('--warmup', values.warmup, 1),
    idleSeconds: wholeNumber('--idle', values.idle, 1),
    settleSeconds: wholeNumber('--settle', values.settle, 0),
    jsonFile: values.json ? from(values.json) : null,
    profile: roleOf(values.profile, values.data),
    statements: values.statements,
    tracing: ratioOf(values.tracing, values.data),
    check: values.check,
  };
}

export interface PricingBenchOptions {
  /** Carts priced per size. */
  runs: number;
  jsonFile: string | null;
}

/** Reads the options of `pricing`, like `readOptions`. */
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

/** Reads the options of `reads`, like `readOptions`. */
export function readReadsOptions(argv: string[]): { jsonFile: string | null } | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return 'help';
  return { jsonFile: values.json ? from(values.json) : null };
}

export interface GrowthOptions {
  /** Numbers of orders at which the shop is measured. */
  sizes: number[];
  /** Purchases per round. */
  orders: number;
  isVerified: boolean;
  jsonFile: string | null;
}

/** Reads the options of `growth`, like `readOptions`. */
export function readGrowthOptions(argv: string[]): GrowthOptions | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: {
      sizes: { type: 'string', default: '10000,100000' },
      orders: { type: 'string', default: '200' },
      'no-verify': { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    sizes: values.sizes.split(',').map((text) => wholeNumber('--sizes', text, 0)),
    orders: wholeNumber('--orders', values.orders, 1),
    isVerified: !values['no-verify'],
    jsonFile: values.json ? from(values.json) : null,
  };
}

const from = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

const MOST = 1_000_000;

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= MOST) return value;
  throw new Error(`${option} must be a whole number from ${least} to ${MOST}, not "${text}"`);
}

function ratioOf(text: string | undefined, data: string | undefined): number | null {
  if (text === undefined) return null;
  const ratio = Number(text);
  if (text.trim() === '' || !(ratio >= 0 && ratio <= 1))
    throw new Error(`--tracing must be from 0 to 1, not "${text}"`);
  if (data) throw new Error('--tracing starts its own processes: remove --data');
  return ratio;
}

function roleOf(role: string | undefined, data: string | undefined): BenchOptions['profile'] {
  if (role === undefined) return null;
  if (role !== 'web' && role !== 'worker') throw new Error(`--profile must be web or worker, not "${role}"`);
  if (data) throw new Error('--profile starts its own processes: remove --data');
  return role;
}
