import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { lineSchema } from '../../src/api/store/cart/cart-lines.ts';
import type { cartSchema } from '../../src/api/store/cart/cart-view.ts';
import type { CheckoutView } from '../../src/api/store/checkout/checkout-view.ts';
import type { Address } from '../../src/entities/checkout/checkout.ts';
import { BENGALURU } from './address.ts';
import { scaled } from './pace.ts';
import { plantExchange } from './secrets.ts';
import { waitFor } from './wait-for.ts';

export type Line = z.input<typeof lineSchema>;

/** A cart with the secret that belongs to it. */
export type Cart = ReturnType<(typeof cartSchema)['parse']> & { cartToken: string };
/** A checkout as the client saw it last, with the secret of its cart, or the access token of its customer. */
export type Checkout = CheckoutView & { cartToken: string; accessToken?: string };

/** How a cart is bought; without a method the client pays by itself at the provider. */
export interface OrderCommandRequest {
  method?: string;
  /** Paise. */
  expectedTotal?: number;
  /** Entered before the cart is checked out. */
  codes?: string[];
  shippingMethodId?: string;
  address?: Address;
  email?: string;
  /** The idempotency key. */
  key?: string;
  /** Seconds of `Prefer: wait`. */
  wait?: number;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Failed {
  error: { code: string; type: string; message: string; details: Record<string, unknown>; requestId: string };
}

interface Request {
  /** Of the cart. */
  token?: string | undefined;
  accessToken?: string | undefined;
  body?: object | undefined;
  headers?: Record<string, string>;
}

/** A client of the storefront in the shop's words. Whatever the shop refuses is thrown with the shop's own words. */
export interface Shop {
  url: string;
  /** Any request under /api/v1/store, answered whatever the status. */
  ask<T>(method: string, path: string, request?: Request): Promise<Answer<T>>;
  cart(lines: Line[]): Promise<Cart>;
  /** The cart as it is now. */
  open(cart: Pick<Cart, 'id' | 'cartToken'>): Promise<Cart>;
  /** Enters a discount code. */
  enter(cart: Pick<Cart, 'id' | 'cartToken'>, code: string): Promise<Cart>;
  /** Starts a checkout and answers whatever the shop says. */
  submit(cart: Cart, wish?: OrderCommandRequest): Promise<Answer<CheckoutView>>;
  /** Starts a checkout. */
  checkout(cart: Cart, wish?: OrderCommandRequest): Promise<Checkout>;
  look(checkout: Checkout): Promise<Checkout>;
  /** Pays with another method, or with the first. */
  pay(checkout: Checkout, method: string): Promise<Checkout>;
  cancel(checkout: Checkout): Promise<Checkout>;
  /** The checkout when the server has nothing to do for it any more; the customer may have. */
  rested(checkout: Checkout, withinMs?: number): Promise<Checkout>;
  /** The checkout in that state. */
  reached(checkout: Checkout, state: CheckoutView['state'], withinMs?: number): Promise<Checkout>;
  /** The checkout when it is over: COMPLETED or a way out. */
  settled(checkout: Checkout, withinMs?: number): Promise<Checkout>;
  /** Buys the lines with a card that pays, to the end. */
  buy(lines: Line[], wish?: OrderCommandRequest): Promise<Checkout>;
}

const PATIENCE_MS = 20_000;
const OVER: readonly CheckoutView['state'][] = ['COMPLETED', 'EXPIRED', 'CANCELLED', 'FAILED'];

/**
 * A shop whose web process listens at `url`. Whoever waits for a checkout survives that this process is killed.
 * `accessToken` is that of a customer who has signed in; all its requests come from one address, as far as the web process
 * believes its proxy. `retries` makes a client that repeats what was answered 503.
 */
export function openShop(url: string, accessToken?: string, retries = false): Shop {
  const signedIn: Record<string, string> = {
    'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`,
    ...(accessToken && { authorization: `Bearer ${accessToken}` }),
  };
  const ask = <T>(method: string, path: string, request: Request = {}) => {
    const attempt = () => send<T>(url, { method, path, ...request, headers: { ...signedIn, ...request.headers } });
    return retries ? repeat(attempt) : attempt();
  };
  const watch = watcher(ask);
  const shop: Shop = {
    url,
    ask,
    cart: async (items) => expected(await ask<Cart>('POST', '/cart', { body: { items } }), 201),
    async open({ id, cartToken }) {
      return { ...expected(await ask<Cart>('GET', `/cart/${id}`, { token: cartToken }), 200), cartToken };
    },
    submit: (cart, wish = {}) =>
      ask('POST', '/checkout', {
        token: cart.cartToken,
        body: bodyOf(cart, wish),
        headers: { 'idempotency-key': wish.key ?? randomUUID(), ...preference(wish.wait) },
      }),
    async checkout(cart, wish) {
      return { ...expected(await shop.submit(cart, wish), 202), cartToken: cart.cartToken };
    },
    look: async (checkout) => (await see(ask, checkout)).now,
    pay: (checkout, paymentMethod) => command(ask, checkout, { path: 'payment', body: { paymentMethod } }),
    cancel: (checkout) => command(ask, checkout, { path: 'cancel', body: {} }),
    rested: (checkout, ms = PATIENCE_MS) => watch(checkout, { what: 'the server is idle', ms, is: (_, busy) => !busy }),
    reached: (checkout, state, ms = PATIENCE_MS) =>
      watch(checkout, { what: `the checkout is ${state}`, ms, is: (now) => now.state === state }),
    settled: (checkout, ms = PATIENCE_MS) =>
      watch(checkout, { what: 'the checkout is over', ms, is: (now) => OVER.includes(now.state) }),
    async enter({ id, cartToken }, code) {
      const request = { token: cartToken || undefined, body: { code } };
      return { ...expected(await ask<Cart>('POST', `/cart/${id}/discounts`, request), 200), cartToken };
    },
    async buy(lines, wish) {
      const cart = await shop.cart(lines);
      for (const code of wish?.codes ?? []) await shop.enter(cart, code);
      return shop.settled(await shop.checkout(cart, { method: 'pm_card_visa', ...wish }));
    },
  };
  return shop;
}

/** What happened to a checkout, in order: `EVENT → STATE`. */
export const trail = ({ history }: CheckoutView): string[] => history.map(({ event, to }) => `${event} → ${to}`);

type Ask = Shop['ask'];

async function see(ask: Ask, checkout: Checkout, wait?: number): Promise<{ now: Checkout; busy: boolean }> {
  const { id, cartToken, accessToken } = checkout;
  const request = { token: cartToken || undefined, accessToken, headers: preference(wait) };
  const answer = await ask<CheckoutView>('GET', `/checkout/${id}`, request);
  const secrets = { cartToken, ...(accessToken && { accessToken }) };
  return { now: { ...expected(answer, 200), ...secrets }, busy: answer.headers.has('retry-after') };
}

async function command(ask: Ask, checkout: Checkout, { path, body }: { path: string; body: object }) {
  const { id, cartToken } = checkout;
  const headers = { 'idempotency-key': randomUUID() };
  const answer = await ask<CheckoutView>('POST', `/checkout/${id}/${path}`, { token: cartToken, body, headers });
  return { ...expected(answer, 202), cartToken };
}

interface Goal {
  what: string;
  ms: number;
  is(now: Checkout, busy: boolean): boolean;
}

/** Looks at a checkout until it is as wished; says where it stood when that never came. */
function watcher(ask: Ask): (checkout: Checkout, goal: Goal) => Promise<Checkout> {
  return async (checkout, { what, ms, is }) => {
    let last = checkout;
    const look = async () => {
      const { now, busy } = await see(ask, checkout, 1);
      last = now;
      return is(now, busy) && now;
    };
    return waitFor(what, look, ms).catch((cause: Error) => {
      throw new Error(`${cause.message}; checkout ${last.id} went ${trail(last).join(', ')}`, { cause });
    });
  };
}

function bodyOf(
  { id }: Cart,
  { method, expectedTotal, shippingMethodId, address = BENGALURU, email = 'asha@example.com' }: OrderCommandRequest,
): object {
  return { cartId: id, email, shippingAddress: address, shippingMethodId, paymentMethod: method, expectedTotal };
}

const preference = (seconds?: number): Record<string, string> => (seconds ? { prefer: `wait=${seconds}` } : {});

async function send<T>(url: string, request: Request & { method: string; path: string }): Promise<Answer<T>> {
  const { method, path, token, accessToken, body, headers } = request;
  const response = await fetch(`${url}/api/v1/store${path}`, {
    method,
    headers: {
      ...(token !== undefined && { 'x-cart-token': token }),
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await response.text();
  const answered = (text ? JSON.parse(text) : null) as T;
  plantExchange({ sent: body, answered });
  return { status: response.status, headers: response.headers, body: answered };
}

/** Sends a request again as long as the shop has no capacity for it, after the time that the answer names. */
async function repeat<T>(attempt: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const deadline = Date.now() + scaled(PATIENCE_MS);
  for (;;) {
    const answer = await attempt();
    if (answer.status !== 503 || Date.now() > deadline) return answer;
    await pause(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

/** The body of an answer that has the wished status, or of any success when another was as good. */
function expected<T>({ status, body }: Answer<T>, wished: number): T {
  if (status === wished || (wished === 202 && status === 200)) return body;
  throw new Error(`the shop answered ${status} instead of ${wished}: ${JSON.stringify(body)}`);
}
