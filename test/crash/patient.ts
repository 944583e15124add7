import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BENGALURU } from '../support/address.ts';
import type { Answer, Cart, Checkout, Line, Shop } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';

/** The shop did not serve a request for as long as its customer repeated it. */
export class Unserved extends Error {
  /** Why the most of its attempts failed, e.g. the answer of a shop that is behind. */
  readonly mostly: string;

  constructor(what: string, failures: ReadonlyMap<string, number>) {
    const sorted = [...failures].sort(([, a], [, b]) => b - a);
    super(`${what} was not served: ${sorted.map(([why, count]) => `${count} × ${why}`).join('; ')}`);
    this.mostly = sorted[0]?.[0] ?? '';
  }
}

/** A customer who sends a request again, with the same idempotency key, until the shop has answered it. */
export interface Customer {
  cart(lines: Line[]): Promise<Cart>;
  add(cart: Cart, line: Line): Promise<Cart>;
  checkout(cart: Cart, method?: string): Promise<Checkout>;
  pay(checkout: Checkout, method: string): Promise<Checkout>;
  cancel(checkout: Checkout): Promise<Checkout>;
}

interface LineRequest {
  path: string;
  token?: string;
  body: object;
}

const PATIENCE_MS = 30_000;

/** @param patienceMs how long a request is repeated that the shop cannot serve at the moment */
export function patientCustomer(shop: Shop, patienceMs = PATIENCE_MS): Customer {
  const send = async <T>({ path, token, body }: LineRequest): Promise<T> => {
    const headers = { 'idempotency-key': randomUUID() };
    const failures = new Map<string, number>();
    const attempt = async () => {
      try {
        return await final(await shop.ask<T>('POST', path, { token, body, headers }));
      } catch (error) {
        const why = reasonOf(error);
        failures.set(why, (failures.get(why) ?? 0) + 1);
        throw error;
      }
    };
    const answer = await waitFor(`an answer to POST ${path}`, attempt, patienceMs).catch(() => {
      throw new Unserved(`POST ${path}`, failures);
    });
    if (answer.status < 300) return answer.body;
    throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  };
  const about = async ({ id, cartToken }: Checkout, path: string, body: object): Promise<Checkout> => {
    const view = await send<Checkout>({ path: `/checkout/${id}/${path}`, token: cartToken, body });
    return { ...view, cartToken };
  };
  return {
    cart: (items) => send<Cart>({ path: '/cart', body: { items } }),
    async add({ id, cartToken }, line) {
      return { ...(await send<Cart>({ path: `/cart/${id}/items`, token: cartToken, body: line })), cartToken };
    },
    async checkout({ id, cartToken }, paymentMethod) {
      const body = { cartId: id, email: `${randomUUID()}@example.com`, shippingAddress: BENGALURU, paymentMethod };
      return { ...(await send<Checkout>({ path: '/checkout', token: cartToken, body })), cartToken };
    },
    pay: (checkout, paymentMethod) => about(checkout, 'payment', { paymentMethod }),
    cancel: (checkout) => about(checkout, 'cancel', {}),
  };
}

/** The cause of a failed fetch tells more than its message. */
const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
};

/** @throws Error for an answer of a server that could not do it at the moment, when it says that it may be asked again */
async function final<T>(answer: Answer<T>): Promise<Answer<T>> {
  if (answer.status < 500) return answer;
  await pause(1_000 * Number(answer.headers.get('retry-after') ?? 0));
  const { code } = (answer.body as { error?: { code?: string } }).error ?? {};
  throw new Error(`answered ${answer.status} ${code}`);
}
