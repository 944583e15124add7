import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { authentication } from '../../src/api/auth/authenticate.ts';
import { readSessionValidity } from '../../src/api/auth/session-validity.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { makeApp } from '../../src/api/http/app.ts';
import { serve, stopServer } from '../../src/api/server.ts';
import { checkoutEventRoutes } from '../../src/api/store/checkout/checkout-events.ts';
import { openCheckoutFeed } from '../../src/api/store/checkout/checkout-feed.ts';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Customer, openPeopleShop, type PeopleShop, type Refused } from './people-shop.ts';

const LIMITS = { caller: 3, checkout: 2, process: 4 };

describe('the event streams of checkouts', () => {
  let shop: PeopleShop;
  let server: Server;
  let url: string;
  let variantId: string;
  let customer: Customer;
  let reads = 0;
  /** While the database is away, reads of checkouts fail as if it were shutting down. */
  let isAway = false;
  const wakes = new Map<string, () => void>();
  let streams: AbortController;
  /** A stream that nobody refers to any more is cancelled with its garbage. */
  const opened: Response[] = [];

  /** The dependencies of the routes: reads of checkouts are counted, and notifications are given by hand. */
  function counted(): ApiDeps {
    const query: ApiDeps['db']['query'] = (sql, params) => {
      if (!sql.includes('checkout_history')) return shop.db.query(sql, params);
      reads += 1;
      if (isAway) return shop.db.query(`do $$ begin raise 'shutting down' using errcode = '57P01'; end $$`);
      return shop.db.query(sql, params);
    };
    const notifications: ApiDeps['notifications'] = {
      listen(id, wake) {
        wakes.set(id, () => wake({ id, busy: true }));
        return () => wakes.delete(id);
      },
    };
    return { ...shop.deps, db: { ...shop.db, query }, notifications };
  }

  before(async () => {
    shop = await openPeopleShop();
    variantId = await stockVariant(shop.db.query, { stock: 100 });
    const deps = counted();
    const routes = checkoutEventRoutes(deps, { heartbeatMs: 40, limits: LIMITS });
    const authenticate = authentication(deps.signingKeys, readSessionValidity(shop.db));
    server = serve(makeApp(routes, { observe: () => undefined, authenticate }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(async () => {
    streams = new AbortController();
    customer = await shop.register();
  });
  afterEach(async () => {
    streams.abort();
    opened.length = 0;
    await waitFor('no stream is open', () => wakes.size === 0);
  });
  after(async () => {
    await stopServer(server, 0);
    await shop.close();
  });

  /** A checkout that no worker goes on with, and how its owner shows that it is his. */
  async function checkout(token?: string) {
    const owner = token === undefined ? {} : { token };
    const items = [{ variantId, quantity: 1 }];
    const { body: cart } = await shop.ask<{ id: string; cartToken?: string }>('POST', '/store/cart', {
      body: { items },
      ...owner,
    });
    const request = { cartId: cart.id, email: 'asha@example.com', shippingAddress: BENGALURU };
    const proof = cart.cartToken === undefined ? owner : { cartToken: cart.cartToken };
    const { body } = await shop.ask<{ id: string }>('POST', '/store/checkout', { body: request, ...proof });
    const headers: Record<string, string> =
      cart.cartToken === undefined ? { authorization: `Bearer ${token}` } : { 'x-cart-token': cart.cartToken };
    return { id: body.id, headers };
  }

  const open = async ({ id, headers }: Awaited<ReturnType<typeof checkout>>) => {
    const response = await fetch(`${url}/api/v1/store/checkout/${id}/events`, { headers, signal: streams.signal });
    opened.push(response);
    return response;
  };

  it('are bounded per checkout, per caller and per process, and told so; one that ends makes room', async () => {
    const [first, second, third] = [await checkout(), await checkout(), await checkout()];
    const refusal = async (of: Awaited<ReturnType<typeof checkout>>) => {
      const response = await open(of);
      const { error } = (await response.json()) as Refused;
      expect(response.headers.get('retry-after')).to.equal('10');
      return [response.status, error.code, error.details.of, error.details.limit];
    };
    const code = 'EVENT_STREAM_LIMIT_REACHED';
    const one = await open(first);
    expect([one.status, (await open(first)).status]).to.deep.equal([200, 200]);
    expect(await refusal(first)).to.deep.equal([429, code, 'checkout', LIMITS.checkout]);
    expect((await open(second)).status).to.equal(200);
    expect(await refusal(third)).to.deep.equal([429, code, 'caller', LIMITS.caller]);
    const [own, others] = [await checkout(customer.accessToken), await checkout((await shop.register()).accessToken)];
    expect((await open(own)).status).to.equal(200);
    expect(await refusal(others)).to.deep.equal([429, code, 'process', LIMITS.process]);
    await one.body?.cancel();
    const again = await waitFor('there is room', async () => {
      const response = await open(others);
      return response.ok && response;
    });
    expect(again.headers.get('cache-control')).to.equal('no-store');
  });

  it('answer HEAD at once with the headers of a stream, which does not count', async () => {
    const { id, headers } = await checkout();
    const path = `${url}/api/v1/store/checkout/${id}/events`;
    for (let asked = 0; asked <= LIMITS.process; asked += 1) {
      const response = await fetch(path, { method: 'HEAD', headers, signal: AbortSignal.timeout(5_000) });
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('text/event-stream');
      expect(response.headers.get('cache-control')).to.equal('no-store');
    }
    expect((await open({ id, headers })).status).to.equal(200);
  });

  it('of an API key, which buys for many, are bounded per checkout only', async () => {
    const { accessToken: token } = await shop.staff('admin');
    const body = { name: 'app', permissions: ['orders:read'] };
    const { body: key } = await shop.ask<{ secret: string }>('POST', '/admin/api-keys', { token, body });
    const watch = async ({ id, headers }: Awaited<ReturnType<typeof checkout>>) =>
      (await open({ id, headers: { ...headers, 'x-api-key': key.secret } })).status;
    const [first, second] = [await checkout(), await checkout()];
    expect([await watch(first), await watch(first), await watch(first)]).to.deep.equal([200, 200, 429]);
    expect([await watch(second), await watch(second)]).to.deep.equal([200, 200]);
  });

  it('end at the next heartbeat when the session was revoked, and go on while it holds', async () => {
    const own = await open(await checkout(customer.accessToken));
    const guest = await open(await checkout());
    await shop.db.query(`update sessions set revoked_at = now(), revoked_because = 'revoked' where account_id = $1`, [
      customer.customer.id,
    ]);
    expect(await own.text())
      .to.contain('event: transition')
      .and.to.contain(':\n\n');
    const reader = guest.body?.getReader();
    // The stream of the guest has outlived the other: its next heartbeat still comes.
    for (let beats = 0; beats < 3; beats += 1) expect((await reader?.read())?.done).to.equal(false);
  });

  it('stay open while the database is away, and go on at a heartbeat when it is back', async () => {
    const { id, headers } = await checkout();
    const response = await open({ id, headers });
    const [text, before] = [response.text(), reads];
    isAway = true;
    try {
      await waitFor('reads have failed', () => reads > before + 2);
    } finally {
      isAway = false;
    }
    await shop.db.query(`update checkouts set state = 'EXPIRED', reason = 'CHECKOUT_EXPIRED' where id = $1`, [id]);
    expect(await text).to.contain('"to":"CREATED"');
  });

  it('of one checkout are served by one read', async () => {
    const { id } = await checkout();
    const follow = openCheckoutFeed(counted());
    let seen = 0;
    const follower = { onReading: () => (seen += 1), onHeartbeat: () => undefined, onError: () => (seen = Number.NaN) };
    const before = reads;
    const leave = Array.from({ length: 20 }, () => follow({ id, customerId: null }, { ...follower }));
    // Those that join while the checkout is being read get it once more.
    await waitFor('all have read it', () => seen === 40);
    expect(reads - before).to.equal(2);
    wakes.get(id)?.();
    await waitFor('all have read it again', () => seen === 60);
    expect(reads - before).to.equal(3);
    for (const each of leave) each();
    expect(wakes.has(id)).to.equal(false);
  });
});
