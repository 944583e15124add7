// Runs without a network (image.test.ts starts it): a shop from the folder of an image, and a purchase there. The last line that it
// prints is what it saw.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startPostgres } from '../../tools/embedded/postgres.ts';
import { processFacts } from '../../tools/embedded/processes.ts';
import { startRedis } from '../../tools/embedded/redis.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { MAIN } from '../../tools/stack/fleet.ts';
import { writeRunFile } from '../../tools/stack/runfile.ts';
import { openShop } from '../support/shop.ts';
import { startSmtpServer } from '../support/smtp.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Contained, type Container, run, start } from './container.ts';

const START_MS = 60_000;
const [WEB, WORKER_PORT, SIMULATOR_PORT] = ['http://127.0.0.1:3000', '3001', '4010'];
const PRODUCTS = 40;

/** What happened. */
export interface Seen {
  /** The error of a connection to another machine. */
  connection: string;
  /** Command lines, and megabytes of memory at the end. */
  processes: Record<'web' | 'worker', { command: string; megabytes: number }>;
  order: string;
  /** The first bytes of the invoice. */
  invoice: string;
  mails: number;
  pages: Record<string, number>;
  commands: Record<string, { code: number | null; output: string }>;
  /** What web answers to /readyz after SIGTERM. */
  draining: { status: number; connection: string | null };
  /** Exit codes after SIGTERM. */
  ended: Record<'web' | 'worker', number | null>;
}

const [room = '', app = '', variables = '{}'] = process.argv.slice(2);
process.stdout.write(`\n${JSON.stringify(await main())}\n`);

async function main(): Promise<Seen> {
  const postgres = await startPostgres({ dataDir: join(room, 'postgres'), settings: { fsync: 'off' } });
  const redis = await startRedis({ dataDir: join(room, 'redis'), appendonly: false });
  const smtp = await startSmtpServer();
  const urls = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, SMTP_URL: smtp.url };
  const container = { app, env: { ...JSON.parse(variables), ...(await settings(urls)) } };
  const simulator = startSimulator();
  const processes: Contained[] = [];
  try {
    await expectSuccess(run(container, 'bin/start', 'migrate'));
    const sample = await seed(container);
    const worker = start({ ...container, env: { ...container.env, PORT: WORKER_PORT } }, 'bin/start', 'worker');
    const web = start(container, 'bin/start', 'web');
    processes.push(web, worker);
    const pids = { postgres: postgres.pid, redis: redis.pid, simulator: simulator.pid ?? 0 };
    const running = { web, worker, pids, urls, sample };
    return await trade(container, running, () => smtp.mails.length);
  } catch (error) {
    throw new Error(processes.map(({ output }) => output().slice(-4_000)).join('\n'), { cause: error });
  } finally {
    for (const { child } of processes) child.kill('SIGKILL');
    simulator.kill('SIGKILL');
    await smtp.close();
    await redis.stop();
    await postgres.remove();
  }
}

interface Running {
  web: Contained;
  worker: Contained;
  pids: Record<'postgres' | 'redis' | 'simulator', number>;
  urls: Record<'DATABASE_URL' | 'REDIS_URL', string>;
  sample: string[];
}

async function trade(container: Container, running: Running, mails: () => number): Promise<Seen> {
  const { web, worker, sample } = running;
  const isOk = async (url: string) => (await fetch(url)).ok;
  await waitFor('web is ready', () => isOk(`${WEB}/readyz`), START_MS);
  await waitFor('the worker is ready', () => isOk('http://127.0.0.1:4001/readyz'), START_MS);
  const bought = await openShop(WEB).buy([{ variantId: sample[0] ?? '', quantity: 1 }]);
  const path = `/api/v1/store/orders/${bought.orderId}/invoice`;
  const invoice = await waitFor('the invoice is issued', () => download(path, bought.cartToken), START_MS);
  await waitFor('mails are sent', () => mails() > 0, START_MS);
  const pages = await statusOf('/api/v1/docs', '/api/v1/openapi.json', '/ops', '/healthz');
  const commands = await runCommands(container, running, bought.id);
  const processes = { web: factsOf(web), worker: factsOf(worker) };
  const connection = await connectionError();
  for (const { child } of [web, worker]) child.kill('SIGTERM');
  const draining = await waitFor('web says that it stops', async () => {
    const { status, headers } = await fetch(`${WEB}/readyz`);
    return status === 503 && { status, connection: headers.get('connection') };
  });
  const ended = { web: await web.ended, worker: await worker.ended };
  return { connection, processes, order: bought.state, invoice, mails: mails(), pages, commands, draining, ended };
}

/** What operators run in a container of the image, beside its processes. */
async function runCommands(container: Container, running: Running, checkoutId: string): Promise<Seen['commands']> {
  const { web, worker, pids, urls, sample } = running;
  const data = join(room, 'data');
  await mkdir(data);
  writeRunFile(data, {
    url: WEB,
    processes: {
      web: [{ pid: web.pid, url: WEB }],
      worker: [{ pid: worker.pid }],
      simulator: [{ pid: pids.simulator, url: `http://127.0.0.1:${SIMULATOR_PORT}` }],
      postgres: { pid: pids.postgres, url: urls.DATABASE_URL },
      redis: { pid: pids.redis, url: urls.REDIS_URL },
    },
    sample,
  });
  const load = ['--orders', '2', '--concurrency', '1', '--warmup', '1', '--idle', '1', '--settle', '0'];
  const dead = { ...container, env: { ...container.env, PORT: '1', METRICS_ADDRESS: '127.0.0.1:1' } };
  return {
    verify: await run(container, 'bin/verify'),
    invite: await run(container, 'bin/invite', 'first@example.com'),
    'rotate-keys': await run(container, 'bin/rotate-keys', '--dry-run'),
    partitions: await run(container, 'bin/partitions', 'list'),
    replay: await run(container, 'bin/replay', checkoutId),
    bench: await run(container, 'bin/bench', '--data', data, ...load),
    health: await run(container, 'bin/health'),
    'health of a worker': await run({ ...container, env: { ...container.env, PORT: WORKER_PORT } }, 'bin/health'),
    'health of nothing': await run(dead, 'bin/health'),
  };
}

/** The settings of production; what is secret is in files. */
async function settings(urls: Record<string, string>): Promise<NodeJS.ProcessEnv> {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, DATA_KEYS, ACCESS_TOKEN_KEYS, ...others } = DEVELOPMENT;
  const { MAIL_FROM, SELLER_NAME, SELLER_ADDRESS, SELLER_GSTIN, APP_SECRET, RATE_LIMITS, HOLD_LIMITS } = others;
  const secrets = { ...urls, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, DATA_KEYS, ACCESS_TOKEN_KEYS, APP_SECRET };
  const folder = join(room, 'secrets');
  await mkdir(folder);
  await chmod(folder, 0o755);
  for (const [name, value] of Object.entries(secrets)) await writeFile(join(folder, name), `${value}\n`);
  return {
    ...{ MAIL_FROM, SELLER_NAME, SELLER_ADDRESS, SELLER_GSTIN, RATE_LIMITS, HOLD_LIMITS },
    ...Object.fromEntries(Object.keys(secrets).map((name) => [`${name}_FILE`, join(folder, name)])),
    STRIPE_API_URL: `http://127.0.0.1:${SIMULATOR_PORT}`,
    STORE_URL: 'https://shop.example.com',
    METRICS_ADDRESS: '127.0.0.1:PORT+1000',
    DRAIN_SECONDS: '3',
    ...{ HOME: '/nowhere', TMPDIR: '/nowhere' },
  };
}

function startSimulator() {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET } = DEVELOPMENT;
  const SIMULATOR_WEBHOOK_URL = `${WEB}/api/v1/webhooks/payments/stripe`;
  const env = { ...process.env, PORT: SIMULATOR_PORT, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, SIMULATOR_WEBHOOK_URL };
  return spawn(process.execPath, [MAIN, 'simulator'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function seed(container: Container): Promise<string[]> {
  const { code, output } = await run(container, 'bin/seed', '--products', String(PRODUCTS));
  const last = output.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.includes('sample')) throw new Error(output);
  return JSON.parse(last).sample;
}

/** @returns the first bytes of the PDF; undefined until it is issued */
async function download(path: string, cartToken: string): Promise<string | undefined> {
  const response = await fetch(WEB + path, { headers: { accept: 'application/pdf', 'x-cart-token': cartToken } });
  return response.ok ? Buffer.from(await response.arrayBuffer()).toString('latin1', 0, 5) : undefined;
}

async function statusOf(...paths: string[]): Promise<Record<string, number>> {
  const entries = paths.map(async (path) => [path, (await fetch(WEB + path)).status] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function factsOf({ pid }: Contained): Seen['processes']['web'] {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { command: processFacts(pid)?.command ?? '', megabytes: Math.round(Number(kilobytes) / 1_024) };
}

/** An address for documentation: nothing answers there, but only without a network is it known at once. */
function connectionError(): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '192.0.2.1', port: 443, timeout: 2_000 });
    const end = (why: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end('connected')).once('timeout', () => end('time-out'));
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => end(code));
  });
}

async function expectSuccess(running: ReturnType<typeof run>): Promise<void> {
  const { code, output } = await running;
  if (code !== 0) throw new Error(output);
}
