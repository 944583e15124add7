import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { guardAgainstBruteForce } from '../../src/api/auth/credentials/brute-force-guard.ts';
import { customerPrincipal, GUEST } from '../../src/api/auth/principal.ts';
import { openLimits, type RateLimits } from '../../src/api/http/limits/rate-limits.ts';
import { type RawCall, route } from '../../src/api/http/route.ts';
import { CUSTOMER_PERMISSIONS } from '../../src/domain/access/permissions.ts';
import { networkOf } from '../../src/infra/network/network.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openCounter } from '../../src/infra/redis/rate-limit.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { scaled } from '../support/pace.ts';
import { waitFor } from '../support/wait-for.ts';
import { hook, openShop, type Shop } from './sample-shop.ts';

const RATES = { read: 3, write: 2, 'sign-in': 30, guesses: 5 };
const common = {
  permission: 'cart:read',
  access: 'cart',
  tag: 'limits',
  answers: { 200: { description: 'Done' } },
} as const;
const ok = async () => ({ status: 200 });
const routes = (limits: RateLimits) => [
  hook,
  route({ ...common, method: 'get', path: '/read', summary: 'Reads', handle: ok }),
  route({ ...common, method: 'post', path: '/write', summary: 'Writes', handle: ok }),
  route({ ...common, method: 'post', path: '/cart', summary: 'Makes a cart', limit: 'carts', handle: ok }),
  route({ ...common, method: 'post', path: '/sign-in', summary: 'Signs in', limit: 'sign-in', handle: ok }),
  route({ ...common, method: 'get', path: '/health', summary: 'Lives', limit: 'none', handle: ok }),
  route({ ...common, method: 'post', path: '/guess', summary: 'Guesses', limit: 'none', handle: guessing(limits) }),
];

/** Looks at the secret of `X-Account`; `X-Right` says that it was known, `X-Device` names a known device. */
const guessing =
  (limits: RateLimits) =>
  async ({ headers, raw }: Pick<RawCall, 'headers' | 'raw'>) => {
    const device = headers['x-device'];
    const who = { account: headers['x-account'] ?? 'anna', address: raw.request.ip ?? '', device };
    const { forgive } = await guardAgainstBruteForce(limits, who);
    if (headers['x-right']) await forgive();
    return { status: 200 };
  };

describe('the limits', () => {
  let folder: string;
  let server: EmbeddedRedis;
  let connections: RedisClient[];
  let shops: Shop[];
  let url: string;

  /** A process of its own, as far as its connection and its memory go. */
  async function openProcess(
    change: (limits: RateLimits, redis: RedisClient) => RateLimits = (limits) => limits,
  ): Promise<Shop> {
    const redis = openRedis(server.url, 'produce');
    connections.push(redis);
    await once(redis, 'ready');
    const limits = change(openLimits(redis, RATES), redis);
    const shop = await openShop(routes(limits), {
      limits,
      proxies: 1,
      async authenticate({ request }) {
        const account = request.get('authorization');
        const keyId = request.get('x-api-key');
        if (keyId) return { kind: 'key', keyId, accountId: 'maker', permissions: CUSTOMER_PERMISSIONS };
        return account ? customerPrincipal(account, 'session') : GUEST;
      },
    });
    shops.push(shop);
    return shop;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'limits-test-'));
    server = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
  });
  beforeEach(async () => {
    [connections, shops] = [[], []];
    url = (await openProcess()).url;
    await connections[0]?.flushall();
  });
  afterEach(async () => {
    for (const shop of shops) await shop.close();
    for (const connection of connections) connection.disconnect();
  });
  after(async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  });

  const read = (headers: Record<string, string> = {}, at = url) => fetch(`${at}/read`, { headers });
  const post = (path: string, headers: Record<string, string> = {}, at = url) =>
    fetch(`${at}${path}`, { method: 'POST', headers });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const statuses = async (answers: Promise<Response>[]) => (await Promise.all(answers)).map(({ status }) => status);
  const guess = (account: string, address = '192.0.2.1', headers = {}, at = url) =>
    post('/guess', { 'x-account': account, ...from(address), ...headers }, at);
  const guesses = async (count: number, of: (index: number) => Promise<Response>) =>
    (await statuses(Array.from({ length: count }, (_, index) => of(index)))).filter((status) => status === 200).length;

  describe('of requests', () => {
    it('are told with every answer: what is allowed, what is left, and when it begins anew', async () => {
      const [first, second] = [await read(), await read()];
      expect(first.headers.get('ratelimit-policy')).to.equal('"read";q=3;w=60');
      expect(first.headers.get('ratelimit')).to.equal('"read";r=2;t=60');
      expect(second.headers.get('ratelimit')).to.match(/^"read";r=1;t=(60|59)$/);
      expect((await post('/write')).headers.get('ratelimit-policy')).to.equal('"write";q=2;w=60');
      expect((await post('/sign-in')).headers.get('ratelimit-policy')).to.equal('"sign-in";q=30;w=60');
    });

    it('once reached are answered with 429 and the seconds to wait', async () => {
      expect(await statuses([read(), read(), fetch(`${url}/read`, { method: 'HEAD' })])).to.deep.equal([200, 200, 200]);
      const refused = await read();
      expect(refused.status).to.equal(429);
      expect(Number(refused.headers.get('retry-after'))).to.be.within(55, 60);
      expect(refused.headers.get('ratelimit')).to.match(/^"read";r=0;t=\d+$/);
      const { error } = (await refused.json()) as { error: object };
      expect(error).to.include({ code: 'TOO_MANY_REQUESTS' });
      expect(error).to.have.deep.property('details', { limit: 3, windowSeconds: 60 });
      expect((await post('/write')).status, 'writes are counted apart').to.equal(200);
    });

    it('are kept for each account and, of guests, for each address', async () => {
      for (const caller of [from('192.0.2.1'), from('192.0.2.2'), { authorization: 'a' }, { authorization: 'b' }]) {
        const answers = await statuses([read(caller), read(caller), read(caller), read(caller)]);
        expect(answers.toSorted()).to.deep.equal([200, 200, 200, 429]);
      }
      expect((await read({ authorization: 'a', ...from('192.0.2.9') })).status, 'from elsewhere').to.equal(429);
    });

    it('of new carts count each as a write, and hold for a day', async () => {
      expect(await statuses([post('/cart'), post('/write'), post('/cart')])).to.have.members([200, 200, 429]);
      const patient = (limits: RateLimits, redis: RedisClient) => ({
        ...limits,
        write: openCounter(redis, { name: 'many', points: 1_000, seconds: 60 }),
      });
      const { url: at } = await openProcess(patient);
      const made = await Promise.all(Array.from({ length: 50 }, () => post('/cart', from('192.0.2.1'), at)));
      const refused = made.filter(({ status }) => status === 429);
      expect(refused).to.have.lengthOf(10);
      const { error } = (await refused[0]?.json()) ?? {};
      expect(error).to.have.deep.property('details', { limit: 40, windowSeconds: 86_400 });
      expect((await post('/cart', from('192.0.2.2'), at)).status, 'from elsewhere').to.equal(200);
      const key = { 'x-api-key': 'buys-for-many' };
      const bought = await statuses(Array.from({ length: 50 }, () => post('/cart', key, at)));
      expect(new Set(bought), 'of an API key').to.deep.equal(new Set([200]));
    });

    it('are counted by all processes together', async () => {
      const other = await openProcess();
      expect(await statuses([read(), read({}, other.url), read()])).to.deep.equal([200, 200, 200]);
      expect((await read({}, other.url)).status).to.equal(429);
    });

    it('begin anew when the window is over', async () => {
      const brief = (limits: RateLimits, redis: RedisClient) => ({
        ...limits,
        read: openCounter(redis, { name: 'brief', points: 1, seconds: 1 }),
      });
      const { url: at } = await openProcess(brief);
      expect((await read({}, at)).status).to.equal(200);
      const refused = await read({}, at);
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '1']);
      const next = await waitFor('a new window', async () => {
        const answer = await read({}, at);
        return answer.status === 200 && answer;
      });
      expect(next.headers.get('ratelimit')).to.equal('"brief";r=0;t=1');
    });

    it('leave health and webhooks alone', async () => {
      for (let count = 0; count < 5; count += 1) {
        const answers = [await fetch(`${url}/health`), await post('/hooks/stripe')];
        expect(answers.map(({ status, headers }) => [status, headers.get('ratelimit')])).to.deep.equal([
          [200, null],
          [200, null],
        ]);
      }
    });

    it('show the store of counts neither accounts nor addresses', async () => {
      await Promise.all([read(from('192.0.2.77')), read({ authorization: 'account-of-anna' }), guess('index-of-anna')]);
      const keys = (await connections[0]?.keys('*')) ?? [];
      expect(keys).to.have.length(5);
      expect(keys.join(' ')).to.not.match(/anna|192\.0/);
    });
  });

  describe('of guesses', () => {
    it('let exactly five of twenty at once through, in whichever process', async () => {
      const other = await openProcess();
      const through = await guesses(20, (index) => guess('anna', '192.0.2.1', {}, index % 2 ? url : other.url));
      expect(through).to.equal(5);
      const refused = await guess('anna');
      expect(Number(refused.headers.get('retry-after'))).to.be.within(890, 900);
      const { error } = (await refused.json()) as { error: object };
      expect(error).to.include({ code: 'TOO_MANY_REQUESTS' });
      expect(error).to.have.deep.property('details', { limit: 5, windowSeconds: 900 });
    });

    it('count an account from one address apart from others, and begin anew for whoever knew the secret', async () => {
      expect(await guesses(5, () => guess('anna'))).to.equal(5);
      expect([(await guess('ben')).status, (await guess('anna', '192.0.2.2')).status]).to.deep.equal([200, 200]);
      expect(await guesses(4, () => guess('carl'))).to.equal(4);
      expect((await guess('carl', '192.0.2.1', { 'x-right': 'yes' })).status).to.equal(200);
      expect(await guesses(9, () => guess('carl')), 'after the right one').to.equal(5);
    });

    it('stop an account from being guessed at from everywhere, also when its owner signs in between', async () => {
      const somewhere = (index: number) => guess('anna', `198.51.100.${index}`);
      expect(await guesses(30, somewhere)).to.equal(30);
      expect((await guess('anna', '192.0.2.1', { 'x-right': 'yes' })).status).to.equal(200);
      expect(await guesses(30, (index) => somewhere(100 + index)), 'the owner used up none').to.equal(20);
      const refused = await guess('anna', '203.0.113.1');
      expect(Number(refused.headers.get('retry-after'))).to.be.within(3_500, 3_600);
    });

    it('are given back when they were right: no number of sign-ins uses up an account or an address', async () => {
      const right = { 'x-right': 'yes' };
      for (let round = 0; round < 40; round += 1) {
        expect(await guesses(3, () => guess('anna', '192.0.2.1', right)), `round ${round}`).to.equal(3);
      }
    });

    it('of strangers leave a known device its own, of which it has five, and fifty for all devices', async () => {
      expect(await guesses(60, (index) => guess('anna', `198.51.100.${index}`))).to.equal(50);
      expect(await guesses(80, (index) => guess(`account-${index}`)), 'the address has few left').to.equal(80);
      const on = (device: string) => guess('anna', '192.0.2.1', { 'x-device': device });
      expect((await guess('anna')).status, 'without a device').to.equal(429);
      expect(await guesses(9, () => on('phone'))).to.equal(5);
      expect(await guesses(60, (index) => on(`tablet-${index}`))).to.equal(45);
    });

    it('stop an address from guessing at everybody', async () => {
      expect(await guesses(120, (index) => guess(`account-${index}`))).to.equal(100);
      expect((await guess('account-0', '192.0.2.2')).status).to.equal(200);
    });

    it('do not let a stranger lock somebody out from one place', async () => {
      expect(await guesses(80, () => guess('anna', '203.0.113.66'))).to.equal(5);
      expect((await guess('anna', '192.0.2.1')).status).to.equal(200);
    });

    it('take the addresses of one IPv6 network for one', async () => {
      expect(await guesses(20, (index) => guess('anna', `2001:db8:0:7::${index.toString(16)}`))).to.equal(5);
      expect((await guess('anna', '2001:db8:0:8::1')).status).to.equal(200);
      const networks = ['::ffff:192.0.2.1', '192.0.2.1', '2001:0DB8::1', '1:2:3:4:5:6:7:8', '::1'].map(networkOf);
      expect(networks).to.deep.equal(['192.0.2.1', '192.0.2.1', '2001:db8:0:0::/64', '1:2:3:4::/64', '0:0:0:0::/64']);
    });
  });

  describe('while nobody can count', () => {
    /** What is answered now: of reading, writing, signing in, guessing. */
    const all = () => Promise.all([read(), post('/write'), post('/sign-in'), guess('anna')]);
    async function expectReadsButNoSignIn() {
      const startedAt = performance.now();
      const [reading, writing, signingIn, guessed] = await all();
      expect(performance.now() - startedAt, 'milliseconds').to.be.below(scaled(2_000));
      expect([reading.status, writing.status]).to.deep.equal([200, 200]);
      expect(reading.headers.get('ratelimit')).to.equal(null);
      for (const refused of [signingIn, guessed]) {
        expect(refused.status).to.equal(503);
        expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0);
        const { error } = (await refused.json()) as { error: object };
        expect(error).to.include({ code: 'SIGN_IN_UNAVAILABLE', type: 'INFRASTRUCTURE_ERROR' });
      }
    }
    const isCountedAgain = () =>
      waitFor('counting again', async () => {
        const [reading, writing, signingIn, guessed] = await all();
        const told = [reading, writing, signingIn].every(({ headers }) => headers.has('ratelimit'));
        return told && guessed.status !== 503;
      });

    it('because Redis hangs, nobody waits for it, and counting goes on when it answers', async () => {
      await all();
      process.kill(server.pid, 'SIGSTOP');
      try {
        await expectReadsButNoSignIn();
        const startedAt = performance.now();
        for (let count = 0; count < 20; count += 1) expect((await read()).status).to.equal(200);
        expect(performance.now() - startedAt, 'only the first has waited').to.be.below(scaled(1_500));
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      await isCountedAgain();
    });

    it('because Redis is gone, reads and writes pass and signing in is refused, until it is back', async () => {
      await server.kill();
      await waitFor('a lost connection', () => connections[0]?.status !== 'ready');
      await expectReadsButNoSignIn();
      server = await startRedis({ dataDir: join(folder, 'redis'), port: server.port, appendonly: false });
      await isCountedAgain();
    });
  });
});
