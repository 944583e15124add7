import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAIN } from '../stack/fleet.ts';
import { type RunFile, startStack } from '../stack/stack.ts';
import { interruption } from './interruption.ts';

/** The shop that is measured. */
export interface Target {
  url: string;
  databaseUrl: string;
  redisUrl: string;
  /** The folder with run.json. */
  dataDir: string;
  /** The file that web and worker are started with. */
  main: string;
  /** The metrics URLs of web and worker, by name; empty if unknown. */
  metricsUrls: Readonly<Record<string, string>>;
  /** The current pids. */
  run(): RunFile;
  stop(): Promise<void>;
}

const PRODUCTS = 400;
/** Durable as in production: every commit is on disk before the answer. Nested statements are counted. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'all',
};
const PLANNING = { 'pg_stat_statements.track_planning': 'on' };

/** Uses an existing stack, which keeps running. @throws when none runs there. */
export function runningStack(dataDir: string): Target {
  const file = join(dataDir, 'run.json');
  if (!existsSync(file)) throw new Error(`${file} does not exist: start a stack with bin/dev --data ${dataDir}`);
  const run = () => JSON.parse(readFileSync(file, 'utf8')) as RunFile;
  const { url, processes } = run();
  const { postgres, redis } = processes;
  return {
    url,
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    dataDir,
    main: MAIN,
    metricsUrls: {},
    run,
    stop: async () => undefined,
  };
}

/** Loads the bundler only now: `--data` must work with production packages, and it is none. */
async function makeBundle(): Promise<string> {
  const { bundle } = await import('../build/bundle.ts');
  return bundle(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'bundle'));
}

export interface OwnStack {
  /** Environment of all processes. */
  env?: Record<string, string>;
  /** Whether Postgres tracks planning time and web and worker serve metrics; both cost a little CPU. */
  isLookedAt?: boolean;
  log(line: string): void;
}

/** Starts a stack in a temporary folder, which `stop` removes. */
export async function ownStack({ env = {}, isLookedAt = false, log }: OwnStack): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vcecom-bench-'));
  // As root, PostgreSQL runs as another user, which must reach its data.
  await chmod(dataDir, 0o755);
  const removeData = () => rm(dataDir, { recursive: true, force: true });
  const metricsUrls: Record<string, string> = {};
  try {
    // Production starts from a bundle. A profile names the places of the source.
    const main = isLookedAt ? MAIN : await makeBundle();
    const stack = await startStack({
      dataDir,
      main,
      products: PRODUCTS,
      postgres: { settings: { ...SETTINGS, ...(isLookedAt && PLANNING) } },
      env: { ...env, ...(isLookedAt && { METRICS_ADDRESS: '127.0.0.1:0' }) },
      log(line) {
        log(line);
        const [, name, port] = (line.includes('"metrics.ready"') && /^([\w-]+) .*"port":(\d+)/.exec(line)) || [];
        if (name) metricsUrls[name] = `http://127.0.0.1:${port}/metrics`;
      },
      signal: interruption,
    });
    const { url, databaseUrl, redisUrl, run } = stack;
    const stop = async () => {
      await stack.stop();
      await removeData();
    };
    return { url, databaseUrl, redisUrl, dataDir, main, metricsUrls, run, stop };
  } catch (error) {
    await removeData();
    throw error;
  }
}
