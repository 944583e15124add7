import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import type { Shop } from '../support/shop.ts';
import { isWrong } from './watched-stack.ts';

/** What somebody who means no good sends to a web process; `productIds` can be looked at. */
export type Attack = (shop: Shop, productIds: readonly string[]) => Promise<void>;

const times = <T>(count: number, act: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => act(i)));

const FOREIGN_EVENTS = [
  null,
  {},
  [],
  { id: 'evt_1', type: 'payment_intent.succeeded', created: 1, data: { object: {} } },
];

export const ATTACKS: Record<string, Attack> = {
  'cold pages all at once': async ({ ask }, productIds) => {
    await Promise.all(productIds.map((id) => ask('GET', `/products/${id}`)));
  },
  'JSON nested deep': async ({ url }) => {
    const body = `{"items":${'['.repeat(49_000)}${']'.repeat(49_000)}}`;
    await times(5, () => post(`${url}/api/v1/store/cart`, body));
  },
  'prototype names': async ({ ask }) => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      await ask('GET', `/products?sort=${name}&${name}=1`);
      await ask('GET', `/products/${name}`);
      await ask('POST', '/cart', { body: { items: [], [name]: { a: 1 } } });
    }
  },
  'texts made to be slow': async ({ ask }) => {
    for (const text of ['0'.repeat(5_000), `${'a.'.repeat(2_000)}@`, '\ufdfa'.repeat(1_000)])
      await ask('GET', `/products?q=${encodeURIComponent(text)}`);
  },
  'payments of another program': async ({ url }) => {
    for (const event of FOREIGN_EVENTS) {
      const payload = JSON.stringify(event);
      const signature = Stripe.webhooks.generateTestHeaderString({
        payload,
        secret: DEVELOPMENT.STRIPE_WEBHOOK_SECRET,
      });
      await post(`${url}/api/v1/webhooks/payments/stripe`, payload, { 'stripe-signature': signature });
    }
  },
  'guessed passwords and mails for nobody': async ({ ask }) => {
    await times(10, async (i) => {
      const email = `nobody-${i}@example.com`;
      await ask('POST', '/account/login', { body: { email, password: 'wrong horse battery' } });
      await ask('POST', '/account/password/forgotten', { body: { email } });
    });
  },
  'requests that are never finished': async ({ url }) => {
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: 50 }, () => connect(Number(port), hostname).on('error', () => undefined));
    for (const socket of sockets)
      socket.write('POST /api/v1/store/cart HTTP/1.1\r\nHost: shop\r\nContent-Length: 900\r\n\r\n{');
    await pause(2_000);
    for (const socket of sockets) socket.destroy();
  },
  'carts of huge quantities': async ({ ask }) => {
    await times(10, () => ask('POST', '/cart', { body: { items: [{ variantId: 'x', quantity: 1e308 }] } }));
  },
};

/** @throws Error when the answer is a failure of the shop, other than that it cannot serve at the moment */
async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const signal = AbortSignal.timeout(40_000);
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    signal,
  });
  if (isWrong(response.status)) throw new WrongAnswer(`POST ${url}: ${response.status} ${await response.text()}`);
}

/** An answer that no fault excuses. */
export class WrongAnswer extends Error {}
