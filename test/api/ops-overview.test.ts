import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError } from 'bullmq';
import { expect } from 'chai';
import express from 'express';
import { readSessionValidity } from '../../src/api/auth/session-validity.ts';
import { makeApp } from '../../src/api/http/app.ts';
import { mountOverview } from '../../src/api/ops/overview/overview.ts';
import { serve, stopServer } from '../../src/api/server.ts';
import { done } from '../../src/infra/queue/handler.ts';
import { startWorker } from '../../src/infra/queue/worker.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { plantOrder } from '../support/orders.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBrowserless } from './browserless.ts';
import { plantFaults } from './ops-faults.ts';
import { openPeopleShop, PASSWORD, type PeopleShop } from './people-shop.ts';

const COOKIE = '__Host-vcecom-ops';
const WATCH = { intervalMs: 40, mostOfSession: 2, mostOfProcess: 3 };

interface Stream {
  status: number;
  /** The fragments that were received, newest last. */
  events: Record<string, string>[];
  hasEnded(): boolean;
  close(): void;
}

describe('the overview of the operators’ pages', function () {
  this.timeout(30_000);
  let folder: string;
  let redis: EmbeddedRedis;
  let shop: PeopleShop;
  let server: Server;
  let url: string;
  let connection: RedisClient;
  let statements: string[] = [];
  /** What a search does before it is sent. */
  let beforeSearch = async (_sql: string): Promise<void> => undefined;
  const stopping = new AbortController();
  const workers: ReturnType<typeof startWorker>[] = [];
  const streams: Stream[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ops-overview-test-'));
    redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
    shop = await openPeopleShop({ redisUrl: redis.url });
    const search: PeopleShop['db']['search'] = async (sql, params) => {
      statements.push(sql);
      await beforeSearch(sql);
      return shop.db.search(sql, params);
    };
    const sessionValidity = readSessionValidity(shop.db);
    const deps = { ...shop.deps, db: { ...shop.db, search }, sessionValidity, stopping: stopping.signal };
    const router = express.Router();
    mountOverview(router, deps, { ages: { counts: 0, figures: 0, stock: 0 }, watch: WATCH });
    const authenticate = () => Promise.reject(new Error('the pages have cookies'));
    server = serve(makeApp([], { observe: () => undefined, authenticate, ops: router }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    connection = openRedis(redis.url, 'consume');
    for (const { name: queue } of shop.deps.queues.all) {
      const run = async (payload: object) => {
        if ('fails' in payload) throw new UnrecoverableError('planted');
        return done;
      };
      const handler = { name: `${queue}.test`, queue, run };
      const options = { queue, connection, concurrency: 1, whenUnavailable: () => null };
      workers.push(startWorker([handler], options));
    }
    await Promise.all(workers.map(({ worker }) => worker.waitUntilReady()));
  });
  afterEach(async () => {
    beforeSearch = async () => undefined;
    for (const stream of streams.splice(0)) stream.close();
  });
  after(async () => {
    await stopServer(server, 0);
    await Promise.all(workers.map(({ worker }) => worker.close(true)));
    connection.disconnect();
    await shop.close();
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  /** The session of somebody with that role. */
  async function signedIn(role: string): Promise<{ id: string; cookie: string }> {
    const [row] = await shop.db.query<{ id: string }>(`select id from roles where name = $1`, [role]);
    const account = await shop.account({ kind: 'staff', roleId: row?.id ?? '' });
    const browser = openBrowserless(shop.url);
    const { email } = account.person(shop.deps.vault);
    expect((await browser.submit('/ops/sign-in', { email, password: PASSWORD })).status).to.equal(303);
    return { id: account.id, cookie: `${COOKIE}=${browser.cookie(COOKIE)}` };
  }
  const open = async ({ cookie }: { cookie: string }): Promise<string> =>
    (await fetch(`${url}/ops`, { headers: { cookie, accept: 'text/html' } })).text();

  /** Title, count, link and state word of every number that needs a person. */
  const signalsOf = (page: string) =>
    new Map(
      [
        ...page.matchAll(
          /<li class="(\w+)">(?:<a href="([^"]*)">|<p>)[\s\S]*?class="what">([^<]*)[\s\S]*?class="count">([^<]*)/g,
        ),
      ].map(([, state, path, title = '', count]) => [title, { state, path, count }]),
    );
  const isCount = (sql: string): boolean => sql.includes('as counted');
  const verdictOf = (page: string) => /<p class="verdict (\w+)"><strong>([^<]*)</.exec(page)?.slice(1);

  async function watch({ cookie }: { cookie: string }): Promise<Stream> {
    const closing = new AbortController();
    const response = await fetch(`${url}/ops/overview/events`, { headers: { cookie }, signal: closing.signal });
    let text = '';
    let hasEnded = false;
    const stream: Stream = {
      status: response.status,
      events: [],
      hasEnded: () => hasEnded,
      close: () => closing.abort(),
    };
    const read = async () => {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        stream.events = [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, data = '']) => JSON.parse(data));
      }
      hasEnded = true;
    };
    read().catch(() => undefined);
    streams.push(stream);
    return stream;
  }

  it('says in one line that the shop is well, and links every number to its list', async () => {
    const page = await open(await signedIn('admin'));
    expect(verdictOf(page)).to.deep.equal(['well', 'The shop is well.']);
    const signals = signalsOf(page);
    expect(signals.size).to.equal(21);
    for (const [title, { state, path, count }] of signals) {
      expect([title, state, count]).to.deep.equal([title, 'well', '0']);
      expect(path, title).to.match(/^\/ops\/\w+/);
    }
  });

  it('says that the shop is well only to who sees every number', async () => {
    const limited = ['part', 'No faults among the numbers that your role shows.'];
    expect(verdictOf(await open(await signedIn('order-manager')))).to.deep.equal(limited);
    expect(verdictOf(await open(await signedIn('support')))).to.deep.equal(limited);
    for (const role of ['analyst', 'catalogue-manager']) {
      const page = await open(await signedIn(role));
      expect(page, role).to.include('<div id="overview-verdict" role="status"></div>');
    }
  });

  it('names what cannot be read, and shows the rest', async () => {
    const person = await signedIn('admin');
    const failAt = (text: string) => {
      beforeSearch = async (sql) => {
        if (sql.includes(text)) throw Object.assign(new Error('canceling statement'), { code: '57014' });
      };
    };
    failAt('stock_levels');
    const withoutStock = await open(person);
    expect(verdictOf(withoutStock)).to.deep.equal(['part', 'No faults among the numbers that can be read.']);
    expect(withoutStock).to.include('Cannot be read at the moment: stock.');
    failAt('as counted');
    const withoutCounts = await open(person);
    expect(withoutCounts).to.include('Cannot be read at the moment: checkouts, payments and other records.');
    expect([...signalsOf(withoutCounts).keys()]).to.include.members(['Failed jobs', 'Sold-out variants']);
  });

  it('shows the page when Redis refuses a command', async () => {
    const person = await signedIn('admin');
    await connection.call('ACL', 'SETUSER', 'default', '-client|list');
    const withoutWorkers = await open(person);
    await connection.call('ACL', 'SETUSER', 'default', '+client|list', '-hexists');
    const withoutQueues = await open(person);
    await connection.call('ACL', 'SETUSER', 'default', '+hexists');
    expect(withoutWorkers).to.include('<td class="number">unknown</td>').and.to.include('numbers of workers.');
    expect(signalsOf(withoutWorkers).has('Queues without a worker')).to.equal(false);
    expect(withoutQueues).to.include('<p>The queues cannot be read. Look at Redis.</p>');
    expect(verdictOf(withoutQueues)).to.deep.equal(['fault', '1 fault needs a person.']);
    expect(verdictOf(await open(person))).to.deep.equal(['well', 'The shop is well.']);
  });

  it('compares the figures of today with the same weekday of the last week, as numbers and per hour', async () => {
    await plantOrder(shop.db.query);
    const person = await signedIn('admin');
    statements = [];
    const page = await open(person);
    const days = statements.filter((sql) => /conversion_hours|order_hours|sales_hours/.test(sql));
    expect(days, 'for two days, only what is shown').to.have.length(6);
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date());
    const link = (text: string) => `<strong><a href="/ops/orders?from=${day}&amp;to=${day}">${text}</a></strong>`;
    expect(page).to.include(link('1')).and.to.include(link('₹1,050.00'));
    expect(page).to.match(/Completion rate<\/td><td class="number"><strong><a href="\/ops\/checkouts\?[^"]*">100\.0 %/);
    const [, hours = ''] = /id="overview-chart-revenue">([\s\S]*?)<\/table>/.exec(page) ?? [];
    expect(hours.match(/<th scope="row">/g)).to.have.length(24);
    expect(hours).to.include('data-value="105000">₹1,050.00');
  });

  it('counts the jobs that the queues completed', async () => {
    const queue = shop.deps.queues.all.find(({ name }) => name === 'orders');
    const jobs = ['1', '2'].map((id) => queue?.add('orders.test', {}, { jobId: `done-${id}` }));
    await Promise.all(jobs);
    await waitFor('both are done', async () => (await queue?.getCompletedCount()) === 2);
    const page = await open(await signedIn('admin'));
    expect(page).to.include('<a href="/ops/queues/queue/orders?status=completed">2</a>');
    const [, steps = ''] = /id="overview-chart-throughput">([\s\S]*?)<\/table>/.exec(page) ?? [];
    expect([...steps.matchAll(/data-value="(\d+)"/g)].reduce((all, [, count]) => all + Number(count), 0)).to.equal(2);
  });

  it('says which permission is missing for what a role may not see', async () => {
    const page = await open(await signedIn('support'));
    expect(page)
      .to.include('The permission analytics:read is missing.')
      .and.to.include('The permission queues:view is missing.');
    expect([...signalsOf(page).keys()]).to.have.members([
      ...['Stuck checkouts', 'Failed refunds', 'Returns to decide', 'Reviews to decide', 'Declined payments today'],
    ]);
    const analyst = signalsOf(await open(await signedIn('analyst')));
    expect([...analyst.keys()]).to.deep.equal(['Sold-out variants', 'Variants with at most 5 units']);
    expect(analyst.get('Sold-out variants')?.path).to.equal(undefined);
  });

  it('answers HEAD for its stream at once, without counting it', async () => {
    const { cookie } = await signedIn('admin');
    for (let asked = 0; asked <= WATCH.mostOfProcess; asked += 1) {
      const signal = AbortSignal.timeout(5_000);
      const response = await fetch(`${url}/ops/overview/events`, { method: 'HEAD', headers: { cookie }, signal });
      expect([response.status, response.headers.get('content-type')]).to.deep.equal([200, 'text/event-stream']);
    }
    expect((await watch({ cookie })).status).to.equal(200);
  });

  it('streams what changes to everybody with the same permissions, and reads it once for all', async () => {
    const [one, other] = [await watch(await signedIn('admin')), await watch(await signedIn('admin'))];
    await waitFor('both have the page', () => one.events.length > 0 && other.events.length > 0);
    const [whole = {}] = one.events;
    expect(Object.keys(whole)).to.include.members(['overview-verdict', 'overview-signals', 'overview-chart-orders']);
    const readings = () => statements.filter(isCount).length;
    const [readBefore, sentBefore] = [readings(), one.events.length + other.events.length];
    await waitFor('each was sent more', () => one.events.length > 4 && other.events.length > 4);
    const sent = one.events.length + other.events.length - sentBefore;
    expect(readings() - readBefore).to.be.at.most(Math.ceil(sent / 2) + 2);
    expect(Object.keys(one.events.at(-1) ?? {}), 'nothing changed but the time').to.deep.equal(['overview-time']);
  });

  it('ends a stream with its session, and starts none without', async () => {
    const person = await signedIn('admin');
    const stream = await watch(person);
    await waitFor('it has begun', () => stream.events.length > 0);
    await shop.db.query(`update sessions set revoked_at = now(), revoked_because = 'revoked' where account_id = $1`, [
      person.id,
    ]);
    await waitFor('it has ended', () => stream.hasEnded(), 2_000);
    expect((await watch(person)).status).to.equal(401);
    expect((await watch({ cookie: '' })).status).to.equal(401);
  });

  it('waits neither with the sessions nor with other roles for a slow reading', async () => {
    const person = await signedIn('admin');
    const [slow, other] = [await watch(person), await watch(await signedIn('support'))];
    await waitFor('both have begun', () => slow.events.length > 0 && other.events.length > 0);
    const { promise, resolve } = Promise.withResolvers<void>();
    beforeSearch = (sql) => (sql.includes('payment_operations') ? promise : Promise.resolve());
    const sent = other.events.length;
    await waitFor('the other role is updated', () => other.events.length > sent + 3);
    await shop.db.query(`update sessions set revoked_at = now(), revoked_because = 'revoked' where account_id = $1`, [
      person.id,
    ]);
    await waitFor('the session has ended its stream', () => slow.hasEnded(), 2_000);
    resolve();
  });

  it('begins a stream also when an update fails before its first reading is done', async () => {
    const person = await signedIn('order-manager');
    const { promise, resolve } = Promise.withResolvers<void>();
    let counts = 0;
    beforeSearch = async (sql) => {
      // Closed streams of other roles may still be read for.
      if (!isCount(sql) || !sql.includes('payment_operations') || sql.includes('webhook_subscriptions')) return;
      counts += 1;
      if (counts === 1) await promise;
      else throw new Error('a bug');
    };
    const opening = watch(person);
    await waitFor('updates have failed', () => counts > 2);
    resolve();
    const stream = await opening;
    await waitFor('it has begun', () => stream.events.length > 0, 2_000);
    expect(stream.status).to.equal(200);
  });

  it('bounds the streams of a session and of the process', async () => {
    const [person, other] = [await signedIn('admin'), await signedIn('support')];
    expect([(await watch(person)).status, (await watch(person)).status, (await watch(person)).status]).to.deep.equal([
      ...[200, 200, 429],
    ]);
    expect((await watch(other)).status).to.equal(200);
    expect((await watch(await signedIn('support'))).status).to.equal(429);
    for (const stream of streams.splice(0)) stream.close();
    await waitFor('there is room again', async () => (await watch(person)).status === 200);
  });

  it('shows every planted fault with a word, its number and its list', async () => {
    const person = await signedIn('admin');
    const stream = await watch(person);
    const expected = await plantFaults(shop, () => workers[0]?.worker.close());
    await waitFor('the stream tells of all faults', () => {
      const markup = stream.events.findLast((event) => event['overview-signals'])?.['overview-signals'] ?? '';
      const signals = signalsOf(markup);
      return expected.every(({ title, count }) => signals.get(title)?.count === String(count));
    });
    const page = await open(person);
    const signals = signalsOf(page);
    for (const { title, ...shown } of expected) {
      expect({ title, ...signals.get(title) }).to.deep.equal({ title, ...shown, count: String(shown.count) });
    }
    const faults = [...signals.values()].filter(({ state }) => state === 'fault');
    expect(verdictOf(page)).to.deep.equal(['fault', `${faults.length} faults need a person.`]);
    expect([...signals.keys()].slice(0, faults.length), 'faults come first').to.not.include('Reviews to decide');
  });

  it('lets browsers keep no script of another version than the page', async () => {
    for (const [file, expected] of [
      ['overview.js', 'no-cache'],
      ['overview.css', 'no-cache'],
      ['uplot.js', 'public, max-age=3600'],
    ]) {
      const { headers } = await fetch(`${shop.url}/ops/${file}`);
      expect(headers.get('cache-control'), file).to.equal(expected);
    }
  });

  it('ends all streams when the process stops', async () => {
    const stream = await watch(await signedIn('admin'));
    await waitFor('it has begun', () => stream.events.length > 0);
    stopping.abort();
    await waitFor('it has ended', () => stream.hasEnded(), 2_000);
  });
});
