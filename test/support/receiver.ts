import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: Record<string, string | string[] | undefined>;
  /** As it was signed. */
  raw: string;
  body: { id: string; type: string; createdAt: string; data: Record<string, unknown> };
}

export interface Receiver {
  url: string;
  received: Received[];
  /** What it answers from now on. */
  answer(status: number): void;
  close(): Promise<void>;
}

/** Somebody who subscribed, and keeps whatever is sent. */
export async function openReceiver(): Promise<Receiver> {
  let status = 200;
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    received.push({ headers: request.headers, raw, body: JSON.parse(raw) });
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('thanks');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer(next) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Whether one of the signatures is made with `secret`, as docs/webhooks.md tells receivers to check it. */
export function isSignedWith(secret: string, { headers, raw }: Received): boolean {
  const parts = String(headers['vcecom-signature'])
    .split(',')
    .map((part) => part.split('='));
  const at = parts.find(([name]) => name === 't')?.[1];
  const wanted = createHmac('sha256', secret).update(`${at}.${raw}`).digest('hex');
  return parts.some(([name, value]) => name === 'v1' && value === wanted);
}
