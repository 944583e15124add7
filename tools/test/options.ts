import { parseArgs } from 'node:util';

export interface TestOptions {
  /** Only test files whose path contains one of them are run; empty: all. */
  patterns: string[];
  /** Whether slow tests are run as well. */
  all: boolean;
  bail: boolean;
  watch: boolean;
  /** Number of slowest files and hooks to print. */
  slow: number;
  /** Time limit of one test in milliseconds; 0: none, e.g. for a debugger. */
  timeoutMs: number;
}

const SLOWEST = 20;

export const USAGE = `Usage: bin/test [PATTERN ...] [--all] [--bail] [--watch] [--slow] [--timeout MS]

Type check, lint, migration check and all tests; with PATTERNs only the test files whose path contains one of them.

  --all         also run slow tests: real volume and long faults
  --bail, -b    stop after the first failing test
  --watch, -w   run again when src/, test/ or tools/ change
  --slow        print the time of every test file and hook, not only of the slowest ${SLOWEST}
  --timeout MS  time limit of one test; 0: none, e.g. for a debugger (default 10000)

DATABASE_URL and REDIS_URL replace the servers that the tests start. They empty databases of that Redis: it has to be one that
nothing else uses.`;

/** Reads the command line. Throws an error that names the first wrong option. */
export function readOptions(argv: string[]): TestOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      bail: { type: 'boolean', short: 'b', default: false },
      watch: { type: 'boolean', short: 'w', default: false },
      slow: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '10000' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (!/^\d{1,9}$/.test(values.timeout)) {
    throw new Error(`--timeout must be a number of milliseconds, not "${values.timeout}"`);
  }
  return {
    patterns: positionals.map((pattern) => pattern.replace(/^\.\//, '')),
    all: values.all,
    bail: values.bail,
    watch: values.watch,
    slow: values.slow ? Number.POSITIVE_INFINITY : SLOWEST,
    timeoutMs: Number(values.timeout),
  };
}
