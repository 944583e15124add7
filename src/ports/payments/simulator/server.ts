import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiReply, openApi } from './api.ts';
import { type Books, InvalidRequest } from './books/books.ts';
import { type Journal, openJournal } from './books/journal.ts';
import { apply, type BookChange, openState, snapshot } from './books/state.ts';
import { control, type Reply } from './control.ts';
import { openWebhooks } from './delivery/webhooks.ts';
import { openFaults } from './faults.ts';
import { openSettlement } from './settlement.ts';

export interface SimulatorOptions {
  /** 0 selects a free port. */
  port: number;
  host: string;
  secretKey: string;
  webhookSecret: string;
  webhookUrl: string;
  /** Event types that the webhook endpoint does not receive. The event list still contains them. */
  unsubscribed?: readonly string[];
  /** A file that stores the state across restarts. Default: none. */
  journal?: string | undefined;
  log(event: string, fields: object): void;
}

export interface Simulator {
  url: string;
  close(): Promise<void>;
}

const MAX_BODY = 1_000_000;

/**
 * Starts a payment provider that simulates the part of Stripe's API that the shop uses, with optional faults.
 * @throws Error when the port is in use or the journal cannot be read.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { books, webhooks, close } = await openBooks(options);
  const api = openApi(books, options.secretKey);
  let requests = 0;
  const counters = { requests: () => requests, webhooksSent: webhooks.sent };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const body = await read(request);
    if (!path.startsWith('/v1/'))
      return send(
        response,
        answerTo(() => control(books, counters, { method, path, body })),
      );
    requests += 1;
    const form = new URLSearchParams(method === 'GET' ? query : body);
    const key = headers['idempotency-key'];
    const bearer = headers.authorization?.replace(/^Bearer /, '');
    const reply = await api({ method, path, form, bearer, key: typeof key === 'string' ? key : undefined });
    deliver(response, reply, books);
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      options.log('simulator.request_failed', { error: String(error) });
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(close()));
        server.closeAllConnections();
      }),
  };
}

async function openBooks({ webhookUrl: url, webhookSecret: secret, log, ...options }: SimulatorOptions) {
  const state = openState();
  const faults = openFaults();
  const journal: Journal<BookChange> = await openJournal<BookChange>(options.journal, {
    apply: (change) => apply(state, change),
    snapshot: () => snapshot(state),
  });
  const commit = (change: BookChange): void => {
    journal.append(change);
    apply(state, change);
    webhooks.send(change.events ?? []);
    settlement.schedule(change);
  };
  const books: Books = { state, faults, commit };
  const webhooks = openWebhooks({
    url,
    secret,
    unsubscribed: options.unsubscribed ?? [],
    faults,
    log,
    delivered: (ids) => commit({ delivered: ids }),
  });
  const settlement = openSettlement(books);
  webhooks.send(state.pending.values());
  const close = () => {
    settlement.close();
    webhooks.close();
    journal.close();
  };
  return { books, webhooks, close };
}

function answerTo(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (error instanceof InvalidRequest) return { status: error.answer.status, body: { error: error.answer.error } };
    throw error;
  }
}

function deliver(response: ServerResponse, reply: ApiReply, { faults }: Books): void {
  if (reply === 'cut') response.destroy();
  else if (reply === 'hold') setTimeout(() => response.destroy(), faults.knobs().timeoutMs).unref();
  else send(response, reply, reply.replayed);
}

function send(response: ServerResponse, { status, body }: Reply, replayed = false): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...(replayed && { 'Idempotent-Replayed': 'true' }),
  });
  response.end(text);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
