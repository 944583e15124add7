import { expect } from 'chai';
import { Redis } from 'ioredis';
import { describeAll } from '../support/extent.ts';
import { scaled } from '../support/pace.ts';
import { goodsOf } from '../support/reviewers.ts';
import { blockDisk, makeReadOnly, type Repair } from '../support/server-faults.ts';
import type { Checkout, Failed } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, startFlow } from './stack.ts';

/** A request is answered within a second, on a quiet machine, whatever a server does. */
const PATIENCE_MS = 2_000;
const READY_AGAIN_MS = 20_000;

interface Health {
  checks: Record<string, boolean>;
}

describeAll('servers that are there and do not work', function () {
  this.timeout(120_000);
  let flow: Flow;
  let redis: Redis;
  before(async () => {
    flow = await startFlow({});
    redis = new Redis(flow.stack.redisUrl);
  });
  after(async () => {
    redis?.disconnect();
    await flow?.stop();
  });

  const ask = async (path: string, init: RequestInit = {}) => {
    const signal = AbortSignal.timeout(scaled(PATIENCE_MS));
    return fetch(`${flow.stack.url}${path}`, { ...init, signal });
  };
  const checks = async () => ((await (await ask('/readyz')).json()) as Health).checks;
  const isReady = () =>
    waitFor('the web process is ready', async () => (await ask('/readyz')).status === 200, READY_AGAIN_MS);
  const newCart = (items: object[]) =>
    ask('/api/v1/store/cart', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items }),
    });

  /** What shop fronts do goes on while Redis does `fault`, and what was bought meanwhile completes after `repair`. */
  async function buyDuring(fault: () => Promise<unknown>, repair: () => Promise<unknown>): Promise<void> {
    const { books, shop } = flow;
    const variantId = await books.stock({ stock: 5 });
    const { productId } = await goodsOf(books.query, variantId);
    await fault();
    let bought: Checkout;
    try {
      await waitFor('readiness tells', async () => (await checks()).redis === false);
      for (let i = 0; i < 3; i += 1) {
        expect((await ask(`/api/v1/store/products/${productId}`)).status).to.equal(200);
        expect((await newCart([{ variantId, quantity: 1 }])).status).to.equal(201);
      }
      const cart = await shop.cart([{ variantId, quantity: 1 }]);
      bought = await shop.checkout(cart, { method: 'pm_card_visa' });
    } finally {
      await repair();
    }
    await isReady();
    expect((await shop.settled(bought)).state).to.equal('COMPLETED');
  }

  it('Redis is frozen: everything is answered in time, and what was bought completes', () =>
    buyDuring(
      async () => flow.stack.kill('redis', 'SIGSTOP'),
      async () => flow.stack.kill('redis', 'SIGCONT'),
    ));

  it('Redis became a replica: the same, and the processes find the way back by themselves', () =>
    buyDuring(
      () => redis.replicaof('127.0.0.1', 1),
      () => redis.replicaof('NO', 'ONE'),
    ));

  it('Redis cannot write to its disk: the same', async () => {
    let repair: Repair | undefined;
    await buyDuring(
      async () => {
        repair = await blockDisk(redis);
      },
      async () => repair?.(),
    );
  });

  it('Postgres only reads: changes are answered 503, and work again when it writes', async () => {
    const { books, shop, stack } = flow;
    const items = [{ variantId: await books.stock({ stock: 5 }), quantity: 1 }];
    const repair = await makeReadOnly(stack.databaseUrl);
    try {
      await waitFor('readiness tells', async () => (await checks()).postgres === false);
      const refused = await newCart(items);
      const { error } = (await refused.json()) as Failed;
      expect([refused.status, error.code]).to.deep.equal([503, 'DATABASE_UNAVAILABLE']);
      expect(refused.headers.get('retry-after')).to.match(/^\d+$/);
    } finally {
      await repair();
    }
    await isReady();
    expect((await shop.buy(items)).state).to.equal('COMPLETED');
  });
});
