import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reservePort } from '../../tools/embedded/ports.ts';
import { isAlive } from '../../tools/embedded/processes.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { stackEnvironment } from '../../tools/stack/environment.ts';
import { type Fleet, MAIN, type Role, startFleet } from '../../tools/stack/fleet.ts';
import { type Books, openBooks } from '../support/books.ts';
import { freshDatabase } from '../support/database.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';

/** A shop with processes, provider, Redis and database of its own, made to be broken. Its processes are started again by the supervisor. */
export interface CrashHarness {
  shop: Shop;
  /** A client of each web process. */
  shops: Shop[];
  books: Books;
  databaseUrl: string;
  /** The payment simulator. */
  simulator: string;
  redis: { url: string; kill(): Promise<void>; start(): Promise<void> };
  /** How the processes ended so far, e.g. `web: exit code 0`, `worker: SIGKILL`. */
  ends: string[];
  /** What the processes said of `event` so far, one line each. */
  said(event: string): string[];
  pid(role: Role): number;
  kill(role: Role, signal?: NodeJS.Signals): void;
  /** Kills the process that reaches the failpoint, `process:name` or `process:name*times`. */
  arm(failpoint: string): void;
  /** What is armed still; undefined when it was used up. */
  armed(): string | undefined;
  disarm(): void;
  /** Resolves when all processes live and are ready. */
  ready(): Promise<void>;
  /** New processes, after a graceful stop. */
  reload(): Promise<void>;
  /** Another stand, on the database of somebody else. */
  beside(databaseUrl: string): Promise<CrashHarness>;
  stop(): Promise<void>;
}

/** What a harness is given instead of its own; one process of each kind unless more are asked for. */
export interface HarnessOptions {
  /** A migrated database; default: a fresh one of the server of the test run. */
  databaseUrl?: string;
  /** Where the processes look for the database, if it is not its URL: a pooler, an address that moves. */
  processesUrl?: string;
  /** The Redis of somebody else. */
  redisUrl?: string;
  webs?: number;
  workers?: number;
  env?: Record<string, string>;
}

const KEPT_LINES = 20_000;

export async function startCrashHarness(options: HarnessOptions = {}): Promise<CrashHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-crash-'));
  await chmod(folder, 0o755);
  const database = options.databaseUrl === undefined ? await freshDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const redis = options.redisUrl ? othersRedis(options.redisUrl) : await ownRedis(join(folder, 'redis'));
  const processes = await startProcesses({ processesUrl: databaseUrl, ...options, folder, redisUrl: redis.url });
  const { addresses, ...controls } = processes;
  const simulatorUrl = addresses.simulatorUrl;
  const books = openBooks({ databaseUrl, simulatorUrl });
  return {
    ...controls,
    ...failpoints(join(folder, 'failpoint')),
    shop: openShop(addresses.webUrls[0] ?? ''),
    shops: addresses.webUrls.map((url) => openShop(url)),
    books,
    databaseUrl,
    simulator: simulatorUrl,
    redis,
    beside: (url) => startCrashHarness({ databaseUrl: url }),
    async stop() {
      await controls.stop();
      await books.close();
      await redis.stop();
      await database?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ownRedis(dataDir: string) {
  let server: EmbeddedRedis = await startRedis({ dataDir });
  const { url, port } = server;
  return {
    url,
    kill: () => server.kill(),
    stop: () => server.stop(),
    async start() {
      server = await startRedis({ dataDir, port });
    },
  };
}

function othersRedis(url: string) {
  const refuse = async () => {
    throw new Error('this Redis is not ours to start or end');
  };
  return { url, kill: refuse, start: refuse, stop: async () => undefined };
}

async function startProcesses(at: HarnessOptions & { folder: string; processesUrl: string; redisUrl: string }) {
  const { folder, processesUrl, redisUrl, webs = 1, workers = 1 } = at;
  const address = async () => `http://127.0.0.1:${await reservePort()}`;
  const addresses = {
    databaseUrl: processesUrl,
    redisUrl,
    webUrls: await Promise.all(Array.from({ length: webs }, address)),
    simulatorUrl: await address(),
    journal: join(folder, 'simulator.jsonl'),
    mailFolder: join(folder, 'mail'),
  };
  const lines: string[] = [];
  const ends: string[] = [];
  const log = (line: string) => {
    const [, name, how] = /^(\S+) \| ended \((.+?)\)/.exec(line) ?? [];
    if (how !== undefined) ends.push(`${name}: ${how}`);
    if (lines.push(line) > KEPT_LINES) lines.splice(0, KEPT_LINES / 2);
  };
  const env = stackEnvironment(addresses, { FAILPOINT_FILE: join(folder, 'failpoint'), ...at.env });
  const fleet = startFleet({
    main: process.env.TEST_MAIN || MAIN,
    logsDir: folder,
    env,
    addresses,
    workers,
    log,
    onSpawn() {},
  });
  await fleet.ready();
  const said = (event: string) => lines.filter((line) => line.includes(`"${event}"`));
  return { addresses, ends, said, ...controlsOf(fleet) };
}

function controlsOf(fleet: Fleet) {
  const pid = (role: Role) => fleet.of(role)[0]?.pid() ?? 0;
  const roles = ['web', 'worker', 'simulator'] as const;
  const areAlive = () => roles.every((role) => fleet.of(role).every((each) => isAlive(each.pid())));
  return {
    pid,
    kill: (role: Role, signal: NodeJS.Signals = 'SIGKILL') => fleet.of(role)[0]?.kill(signal),
    async ready() {
      await waitFor('all processes are there', areAlive);
      await fleet.ready();
    },
    reload: () => fleet.reload(),
    stop: () => fleet.stop(),
  };
}

function failpoints(file: string) {
  return {
    arm: (failpoint: string) => writeFileSync(file, failpoint),
    disarm: () => rmSync(file, { force: true }),
    armed(): string | undefined {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    },
  };
}
