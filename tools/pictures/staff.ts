import { randomUUID } from 'node:crypto';
import { DEVELOPMENT_PASSWORD } from '../seed/people.ts';

export interface Client {
  get<T>(path: string): Promise<T>;
  /** Sends a request under a new idempotency key; commands are waited for. */
  post<T>(path: string, body: object): Promise<T>;
}

/** Signs in to `area` with the development password. @throws Error with the answer of the API when it refuses */
export async function signedIn(url: string, area: 'admin' | 'store', email: string): Promise<Client> {
  const base = `${url}/api/v1/${area}`;
  const credentials = { email, password: DEVELOPMENT_PASSWORD };
  const { accessToken } = await ask<{ accessToken: string }>(`${base}/account/login`, { body: credentials });
  return clientOf(base, { authorization: `Bearer ${accessToken}` });
}

/** A client of the routes below `base` that sends these headers. */
export function clientOf(base: string, sent: Record<string, string>): Client {
  const headers = { ...sent, prefer: 'wait=20' };
  return {
    get: (path) => ask(base + path, { headers }),
    post: (path, body) => ask(base + path, { headers: { ...headers, 'idempotency-key': randomUUID() }, body }),
  };
}

/** Ships all units of an order. */
export async function ship(staff: Client, orderId: string): Promise<void> {
  const { lines } = await staff.get<{ lines: { line: number; quantity: number }[] }>(`/orders/${orderId}`);
  const units = lines.map(({ line, quantity }) => ({ line, quantity }));
  await staff.post(`/orders/${orderId}/transitions`, { command: 'PROCESS' });
  await staff.post(`/orders/${orderId}/shipments`, { lines: units, carrier: 'Blue Dart', trackingNumber: 'BD5512' });
}

/** Ships all units of an order and delivers them. */
export async function deliver(staff: Client, orderId: string): Promise<void> {
  await ship(staff, orderId);
  const { shipments } = await staff.get<{ shipments: { id: string }[] }>(`/orders/${orderId}`);
  await staff.post(`/orders/${orderId}/shipments/${shipments[0]?.id}/delivery`, {});
}

async function ask<T>(url: string, { headers, body }: { headers?: Record<string, string>; body?: object }): Promise<T> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return text === '' ? ({} as T) : JSON.parse(text);
}
