import type { Books } from './books/books.ts';
import { InvalidRequest, intentOf } from './books/books.ts';
import { authenticateIntent } from './intents.ts';
import { renderAnswer } from './render.ts';

export interface Counters {
  requests(): number;
  webhooksSent(): number;
}

export interface ControlRequest {
  method: string;
  path: string;
  body: string;
}

export interface Reply {
  status: number;
  body: object;
}

/** Serves the simulator's own routes: faults, statistics, charges, and the customer's answer on the 3-D Secure page. */
export function control(books: Books, counters: Counters, { method, path, body }: ControlRequest): Reply {
  const { state, faults } = books;
  switch (`${method} ${path}`) {
    case 'PUT /_faults': {
      const problem = faults.set(parse(body));
      if (problem) throw new InvalidRequest(problem);
      return { status: 200, body: faults.knobs() };
    }
    case 'DELETE /_faults':
      faults.reset();
      return { status: 200, body: faults.knobs() };
    case 'GET /_faults':
      return { status: 200, body: faults.knobs() };
    case 'GET /_stats':
      return { status: 200, body: stats(books, counters) };
    case 'GET /_charges':
      return { status: 200, body: [...state.intents.oldestFirst()].filter((row) => row.charge).map(chargeOf) };
  }
  const [, id] = /^\/_intents\/([^/]+)\/authenticate$/.exec(path) ?? [];
  if (method === 'POST' && id) return authenticate(books, id, parse(body));
  throw new InvalidRequest(`The simulator has no ${method} ${path}.`, { status: 404 });
}

function authenticate(books: Books, id: string, body: unknown): Reply {
  const outcome = typeof body === 'object' && body !== null && 'outcome' in body ? body.outcome : undefined;
  if (outcome !== 'succeed' && outcome !== 'fail') throw new InvalidRequest('The outcome must be "succeed" or "fail".');
  const { change, answer } = authenticateIntent(intentOf(books, id), outcome);
  books.commit(change);
  return { status: answer.status === 402 ? 200 : answer.status, body: renderAnswer(answer, false) };
}

function stats({ state }: Books, counters: Counters): object {
  return {
    intents: state.intents.count(),
    charges: state.charges,
    refunds: state.refunds.count(),
    requests: counters.requests(),
    webhooksSent: counters.webhooksSent(),
    webhooksPending: state.pending.size,
  };
}

interface Charged {
  id: string;
  metadata: Readonly<Record<string, string>>;
  amount: number;
  refunded: number;
}

const chargeOf = ({ id, metadata, amount, refunded }: Charged): object => ({
  intentId: id,
  checkoutId: metadata.checkoutId ?? null,
  amount,
  refunded,
});

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidRequest('The body must be valid JSON.');
  }
}
