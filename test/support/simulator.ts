import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v5 } from 'uuid';
import { type PaymentProvider, ProviderError } from '../../src/ports/payments/port.ts';
import { type Simulator, startSimulator } from '../../src/ports/payments/simulator/server.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';

export const SECRET_KEY = 'sk_test_simulated';
export const WEBHOOK_SECRET = 'whsec_simulated';

/** The id of the checkout that a test calls so: always the same for a name. */
export const checkoutNamed = (name: string): string => v5(name, v5.URL);

export interface Webhook {
  id: string;
  type: string;
  body: Buffer;
  signature: string;
}

/** A receiver of webhooks that remembers what it took; `refuse(n)` answers 503 to the next n. */
export interface Receiver {
  url: string;
  taken: Webhook[];
  types(): string[];
  refuse(times: number): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const taken: Webhook[] = [];
  let refusals = 0;
  const server = createServer(async (request, response) => {
    const body = await bytes(request);
    const { id, type } = JSON.parse(body.toString('utf8'));
    const refused = refusals > 0;
    if (refused) refusals -= 1;
    else taken.push({ id, type, body, signature: String(request.headers['stripe-signature']) });
    response.writeHead(refused ? 503 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    types: () => taken.map((webhook) => webhook.type),
    refuse: (times) => {
      refusals = times;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A simulator in this process, on a free port unless one is given. */
export const startTestSimulator = (
  webhookUrl: string,
  { journal, port = 0 }: { journal?: string; port?: number } = {},
): Promise<Simulator> =>
  startSimulator({
    port,
    host: '127.0.0.1',
    secretKey: SECRET_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl,
    journal,
    log() {},
  });

/** The real adapter, pointed at a simulator. */
export const providerAt = (
  apiUrl: string,
  more: { timeoutMs?: number; breakerResetMs?: number } = {},
): PaymentProvider => stripeProvider({ secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, apiUrl, ...more });

/** Time-outs after the money has moved, errors before and after, every event twice, late, out of order, and some never. */
export const HOSTILE = {
  timeoutAfterSuccessRate: 0.1,
  timeoutMs: 400,
  errorRate: 0.1,
  webhookDuplicates: 1,
  webhookDelayMs: [0, 4_000],
  webhookOutOfOrder: true,
  webhookDropRate: 0.05,
};

/** Turns the simulator's knobs; fails when a knob is refused. */
export async function setFaults(url: string, knobs: object): Promise<void> {
  const response = await fetch(`${url}/_faults`, { method: 'PUT', body: JSON.stringify(knobs) });
  if (!response.ok) throw new Error(`the simulator refused ${JSON.stringify(knobs)}: ${await response.text()}`);
}

export const clearFaults = async (url: string): Promise<void> => {
  await fetch(`${url}/_faults`, { method: 'DELETE' });
};

/** The customer finishes 3-D Secure. */
export const authenticate = async (url: string, intentId: string, outcome: 'succeed' | 'fail'): Promise<void> => {
  const body = JSON.stringify({ outcome });
  await fetch(`${url}/_intents/${intentId}/authenticate`, { method: 'POST', body });
};

export interface Stats {
  intents: number;
  charges: number;
  refunds: number;
  requests: number;
  webhooksSent: number;
  webhooksPending: number;
}

export const stats = async (url: string): Promise<Stats> => (await fetch(`${url}/_stats`)).json() as Promise<Stats>;

export interface Charge {
  intentId: string;
  checkoutId: string | null;
  amount: number;
  refunded: number;
}

/** Every successful charge the simulator has made. */
export const charges = async (url: string): Promise<Charge[]> =>
  (await fetch(`${url}/_charges`)).json() as Promise<Charge[]>;

/** The ProviderError of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<ProviderError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('the call should have failed');
}

export async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}

async function bytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
