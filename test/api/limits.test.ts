import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { guardGuessing } from '../../src/api/auth/guessing.ts';
import { customerOf, GUEST } from '../../src/api/auth/principal.ts';
import { type Limits, openLimits } from '../../src/api/limits.ts';
import { route } from '../../src/api/route.ts';
import { type EmbeddedRedis, startRedis } from '../../src/infra/embedded/redis.ts';
import { networkOf } from '../../src/infra/network.ts';
import { openCounter } from '../../src/infra/rate-limit.ts';
import { openRedis } from '../../src/infra/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { doing, hook, makeBasket, openShop, readBasket, type Shop } from './sample-shop.ts';

const RATES = { read: 3, write: 2, 'sign-in': 4, guesses: 5 };

let folder: string;
let server: EmbeddedRedis;
let redis: Redis;
let limits: Limits;
let shop: Shop;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'limits-test-'));
  server = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
  redis = openRedis(server.url, 'produce');
  await once(redis, 'ready');
  limits = openLimits(redis, RATES);
  shop = await openShop([readBasket, makeBasket, hook, signIn, guess, health], {
    limits,
    proxies: 1,
    authenticate: async ({ request }) => {
      const account = request.get('authorization');
      return account ? customerOf(account, 'session') : GUEST;
    },
  });
});
beforeEach(() => redis.flushall());
after(async () => {
  await shop.close();
  redis.disconnect();
  await server.kill();
  await rm(folder, { recursive: true });
});

const signIn = route({ ...makeBasket.facts, ...doing(async () => ({ status: 200 })).facts, ...posted('/sign-in') });
const health = route({ ...readBasket.facts, ...posted('/health'), method: 'get', limit: 'none' });
/** The body of a guess: whose secret; whether it was right. */
const guess = route({
  ...hook.facts,
  ...posted('/guess/{account}'),
  limit: 'none',
  async handle({ params, raw: { request } }) {
    const { account = '' } = params as { account?: string };
    const { forgive } = await guardGuessing(limits, { account, address: request.ip ?? '' });
    if (request.get('x-right')) await forgive();
    return { status: 200 };
  },
});

function posted(path: string) {
  const rest = { rawBody: undefined, params: undefined, query: undefined, body: undefined };
  return { ...rest, method: 'post' as const, path, limit: 'sign-in' as const, handle: async () => ({ status: 200 }) };
}
