import { randomUUID } from 'node:crypto';
import { type Agent, request } from 'node:http';
import { ADDRESS } from '../dev/purchase.ts';

/** The shop and the connections of a buyer. */
export interface Buyer {
  url: URL;
  agent: Agent;
}

/** The duration of a purchase, in milliseconds. */
export interface Taken {
  flowMs: number;
  /** Time until the 202 answer; null when the checkout request itself waited for the outcome. */
  acceptedMs: number | null;
}

interface Reply {
  status: number;
  text: string;
}

const WAIT = { prefer: 'wait=30' };
const LONGEST_WAITS = 2;
const TERMINAL_STATES = ['EXPIRED', 'CANCELLED', 'FAILED'];

/**
 * Makes a whole purchase like a shop front: a cart, a line per variant, the checkout, until the order is complete.
 * `isPatient` false: the checkout is answered at once with 202, and a second request waits for the outcome.
 * @throws Error with the shop's answer when the outcome is not COMPLETED.
 */
export async function buy(buyer: Buyer, variantIds: readonly string[], isPatient: boolean): Promise<Taken> {
  const startedAt = performance.now();
  const opened = await send(buyer, { path: '/cart', body: {} });
  const { id, cartToken } = expectStatus(opened, 201) as { id: string; cartToken: string };
  const token = { 'x-cart-token': cartToken };
  for (const variantId of variantIds) {
    const added = await send(buyer, { path: `/cart/${id}/items`, headers: token, body: { variantId, quantity: 1 } });
    if (added.status !== 201) refuse(added);
  }
  const askedAt = performance.now();
  const headers = { ...token, 'idempotency-key': randomUUID(), ...(isPatient && WAIT) };
  const body = { cartId: id, email: `${id}@example.com`, shippingAddress: ADDRESS, paymentMethod: 'pm_card_visa' };
  const answer = await send(buyer, { path: '/checkout', headers, body });
  const acceptedMs = isPatient ? null : performance.now() - askedAt;
  await untilCompleted(buyer, answer, token);
  return { flowMs: performance.now() - startedAt, acceptedMs };
}

async function untilCompleted(buyer: Buyer, answer: Reply, token: Record<string, string>): Promise<void> {
  let latest = answer;
  for (let waits = 0; ; waits += 1) {
    if (latest.status !== 200 && latest.status !== 202) refuse(latest);
    const { id, state } = JSON.parse(latest.text) as { id: string; state: string };
    if (state === 'COMPLETED') return;
    if (waits === LONGEST_WAITS || TERMINAL_STATES.includes(state)) refuse(latest);
    latest = await send(buyer, { path: `/checkout/${id}`, headers: { ...token, ...WAIT } });
  }
}

function expectStatus(reply: Reply, status: number): object {
  if (reply.status !== status) refuse(reply);
  return JSON.parse(reply.text) as object;
}

function refuse({ status, text }: Reply): never {
  throw new Error(`the shop answered ${status}: ${text.slice(0, 200)}`);
}

function send(
  { url, agent }: Buyer,
  what: { path: string; headers?: Record<string, string>; body?: object },
): Promise<Reply> {
  const text = what.body === undefined ? undefined : JSON.stringify(what.body);
  const headers: Record<string, string | number> = { ...what.headers };
  if (text !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(text);
  }
  const { hostname, port } = url;
  const options = { hostname, port, agent, headers, method: text === undefined ? 'GET' : 'POST' };
  return new Promise((done, fail) => {
    const sent = request({ ...options, path: `/api/v1/store${what.path}` }, (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        received += chunk;
      });
      response.once('end', () => done({ status: response.statusCode ?? 0, text: received }));
      response.once('error', fail);
    });
    sent.once('error', fail);
    sent.end(text);
  });
}
