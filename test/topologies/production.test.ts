import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { reservePort } from '../../tools/embedded/ports.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { answersOk } from '../../tools/stack/readiness.ts';
import { concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import { type CrashHarness, startCrashHarness } from '../crash/crash-harness.ts';
import { type Contained, type Container, run, start, user } from '../image/container.ts';
import { copyDatabase, dropDatabase } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { type MovingAddress, openMovingAddress } from '../support/moving-address.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { installProduction } from '../support/production-folder.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { openShop } from '../support/shop.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp.ts';
import { waitFor } from '../support/wait-for.ts';

const LASTS_MS = 300_000;
const [START_MS, SERVED_WITHIN_MS] = [60_000, 90_000];
const NAMES = ['worker-1', 'worker-2', 'web-1', 'web-2'] as const;

type Name = (typeof NAMES)[number];
interface Unit {
  command: string;
  port: number;
  metrics: string;
  process?: Contained;
}

/** The steps of docs/runbook.md, "On a machine of your own". */
describeAll('a production shop from an empty folder', function () {
  this.timeout(LASTS_MS);
  let folder: string;
  let databaseUrl: string;
  let bouncer: PgBouncer;
  let cluster: RedisCluster;
  let smtp: SmtpServer;
  let entry: MovingAddress;
  let harness: CrashHarness;
  let container: Container;
  const units = new Map<Name, Unit>();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-shop-'));
    await chmod(folder, 0o755);
    databaseUrl = await copyDatabase('template1');
    bouncer = await startPgBouncer(databaseUrl);
    cluster = await startRedisCluster(join(folder, 'redis'), { hasReplicas: false });
    smtp = await startSmtpServer();
    entry = await openMovingAddress(0);
    const SIMULATOR_WEBHOOK_URL = `http://127.0.0.1:${entry.port}/api/v1/webhooks/payments/stripe`;
    const others = { webs: 0, workers: 0, env: { SIMULATOR_WEBHOOK_URL } };
    harness = await startCrashHarness({ databaseUrl, redisUrl: cluster.url, ...others });
    const app = join(folder, 'app');
    installProduction(app);
    container = { app, env: await settings(app) };
    // Not through the pooler, whose time limits are for short work.
    expect(await call('bin/start', { DATABASE_URL_FILE: '', DATABASE_URL: databaseUrl }, 'migrate')).to.include(
      'schema.ready',
    );
    for (const name of NAMES) await open(name);
    entry.leadTo(units.get('web-1')?.port ?? 0);
    await Promise.all(NAMES.map(untilReady));
  });
  after(async () => {
    for (const { process } of units.values()) process?.child.kill('SIGKILL');
    await harness?.stop();
    await Promise.all([entry?.close(), smtp?.close(), cluster?.stop(), bouncer?.stop()]);
    if (databaseUrl) await dropDatabase(databaseUrl);
    await rm(folder, { recursive: true, force: true });
  });

  it('a hundred purchases complete while one of each process is killed and one is stopped', async () => {
    const shops = [...units.values()]
      .filter(({ command }) => command === 'web')
      .map(({ port }) => openShop(urlOf(port)));
    const buyers = await concurrentBuyersAt({ ...harness, shops });
    await buyers.send(50, 20);
    const others = buyers.send(50);
    const ends = [await replace('worker-1', 'SIGKILL'), await replace('web-1', 'SIGKILL')];
    const node = await cluster.masterOf('{checkout}:x');
    await node.kill();
    await node.restart();
    ends.push(await replace('web-2', 'SIGTERM'), await replace('worker-2', 'SIGTERM'));
    expect(ends).to.deep.equal([null, null, 0, 0]);
    await others;
    await buyers.expectAllServed(SERVED_WITHIN_MS);
    await waitFor('mails are sent', () => smtp.mails.length > 0, START_MS);
    for (const { process } of units.values())
      expect(process?.output()).not.to.match(/"(http\.failed|job\.dead\.failed)"/);
  });

  it('is in order: its operator verifies it, and invites the first administrator', async () => {
    expect(await call('bin/verify')).to.match(/^all \d+ invariants hold/);
    expect(await call('bin/invite', {}, 'you@example.com')).to.match(/you@example\.com chooses a password at/);
    expect(await call('bin/partitions', {}, 'list')).to.contain('orders');
    const { port = 0, metrics = '' } = units.get('worker-1') ?? {};
    expect(await call('bin/health', { PORT: String(port), METRICS_ADDRESS: metrics })).to.equal('');
  });

  async function open(name: Name): Promise<void> {
    const [command = ''] = name.split('-');
    const own = { command, port: await reservePort(), metrics: `127.0.0.1:${await reservePort()}` };
    units.set(name, { ...own, process: startUnit(own) });
  }

  const startUnit = ({ command, port, metrics }: Unit): Contained =>
    start(with_({ PORT: String(port), METRICS_ADDRESS: metrics }), 'bin/start', command);

  function untilReady(name: Name): Promise<true> {
    const { command, port, metrics } = units.get(name) as Unit;
    const url = command === 'web' ? urlOf(port) : `http://${metrics}`;
    return waitFor(`${name} is ready`, () => answersOk(`${url}/readyz`), START_MS);
  }

  /** As a process manager does. @returns the exit code of the process before */
  async function replace(name: Name, signal: NodeJS.Signals): Promise<number | null | undefined> {
    const unit = units.get(name) as Unit;
    unit.process?.child.kill(signal);
    const code = await unit.process?.ended;
    unit.process = startUnit(unit);
    await untilReady(name);
    return code;
  }

  const with_ = (env: NodeJS.ProcessEnv): Container => ({ ...container, env: { ...container.env, ...env } });

  async function call(command: string, env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<string> {
    const { code, output } = await run(with_(env), command, ...args);
    expect(code, output).to.equal(0);
    return output;
  }

  /** The variables of shop.env; secrets are in files of the user that runs the processes. */
  async function settings(app: string): Promise<NodeJS.ProcessEnv> {
    const secrets = join(folder, 'secrets');
    await mkdir(secrets, { mode: 0o700 });
    await give(secrets);
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
    expect((await run({ app, env }, 'bin/secrets', secrets)).code).to.equal(0);
    const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, SELLER_NAME, SELLER_ADDRESS, SELLER_GSTIN } = DEVELOPMENT;
    const urls = { DATABASE_URL: bouncer.through(databaseUrl), REDIS_URL: cluster.url, SMTP_URL: smtp.url };
    for (const [name, value] of Object.entries({ ...urls, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET })) {
      await writeFile(join(secrets, name), `${value}\n`, { mode: 0o400 });
      await give(join(secrets, name));
    }
    return {
      ...env,
      ...Object.fromEntries((await readdir(secrets)).map((name) => [`${name}_FILE`, join(secrets, name)])),
      ...{ SELLER_NAME, SELLER_ADDRESS, SELLER_GSTIN, MAIL_FROM: 'Shop <shop@example.com>' },
      ...{ NODE_ENV: 'production', STORE_URL: 'https://shop.example.com', OPS_URL: 'https://api.example.com' },
      ...{ HOST: '127.0.0.1', TRUST_PROXY: '1', DRAIN_SECONDS: '1', STRIPE_API_URL: harness.simulator },
      DATABASE_NAMED_STATEMENTS: String(bouncer.keepsNames),
    };
  }
});

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

async function give(path: string): Promise<void> {
  const { uid, gid } = user;
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}
