import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** The course of one purchase. */
export interface Trail {
  state: string;
  reason: string | null;
  orderNumber: string | null;
  /** Total in minor units (paise). */
  total: number;
  currency: string;
  /** The states in order; `ms` is the time in the state, null for the last one. */
  steps: { state: string; ms: number | null }[];
  /** Milliseconds from the POST of the checkout until the client saw the final state. */
  seenAfterMs: number;
}

interface CartAnswer {
  id: string;
  cartToken?: string;
}
interface CheckoutAnswer {
  id: string;
  state: string;
  reason?: string | { code: string } | null;
  orderNumber?: string | null;
  total: number;
  currency: string;
  history: { to: string; at: string }[];
}

const FINAL = ['COMPLETED', 'EXPIRED', 'CANCELLED', 'FAILED'];
const PATIENCE_MS = 60_000;
/** The shipping address of the demonstration and the bench. */
export const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'IN-KA',
  postalCode: '560001',
  country: 'IN',
  phone: '+919845012345',
};

/**
 * Buys two of the sample's variants over HTTP, like a shop front. Throws an error with the API's answer if it fails.
 */
export async function buyOnce(url: string, sample: string[]): Promise<Trail> {
  const api = `${url}/api/v1/store`;
  const cart = await call<CartAnswer>(`${api}/cart`, { body: {} });
  const token: Record<string, string> = cart.cartToken ? { 'x-cart-token': cart.cartToken } : {};
  for (const variantId of sample.slice(0, 2)) {
    await call(`${api}/cart/${cart.id}/items`, { body: { variantId, quantity: 1 }, headers: token });
  }
  const startedAt = performance.now();
  const body = { cartId: cart.id, email: 'asha@example.com', shippingAddress: ADDRESS, paymentMethod: 'pm_card_visa' };
  let checkout = await call<CheckoutAnswer>(`${api}/checkout`, { body, headers: { ...token, prefer: 'wait=20' } });
  while (!FINAL.includes(checkout.state) && performance.now() - startedAt < PATIENCE_MS) {
    await sleep(100);
    checkout = await call<CheckoutAnswer>(`${api}/checkout/${checkout.id}`, {
      headers: { ...token, prefer: 'wait=20' },
    });
  }
  return trailOf(checkout, performance.now() - startedAt);
}

function trailOf(checkout: CheckoutAnswer, seenAfterMs: number): Trail {
  const { history, reason } = checkout;
  const at = history.map((row) => Date.parse(row.at));
  return {
    state: checkout.state,
    reason: typeof reason === 'object' ? (reason?.code ?? null) : (reason ?? null),
    orderNumber: checkout.orderNumber ?? null,
    total: checkout.total,
    currency: checkout.currency,
    steps: history.map((row, i) => ({ state: row.to, ms: i + 1 < at.length ? (at[i + 1] ?? 0) - (at[i] ?? 0) : null })),
    seenAfterMs,
  };
}

async function call<T>(
  url: string,
  { body, headers }: { body?: unknown; headers?: Record<string, string> },
): Promise<T> {
  const post = body !== undefined;
  const response = await fetch(url, {
    method: post ? 'POST' : 'GET',
    headers: { ...headers, ...(post && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }) },
    ...(post && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  throw new Error(`${post ? 'POST' : 'GET'} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
}
