import { setTimeout as wait } from 'node:timers/promises';
import { type Books, InvalidRequest, intentOf } from './books/books.ts';
import type { KeptResponse } from './books/state.ts';
import { type Claim, type ClaimKey, openIdempotencyKeys } from './idempotency.ts';
import { renderAnswer } from './render.ts';
import { expandsCharge, type Route, routeOf } from './routes.ts';

export interface ApiRequest {
  method: string;
  path: string;
  /** The body of a POST, otherwise the query string. */
  form: URLSearchParams;
  bearer: string | undefined;
  key: string | undefined;
}

/** `cut`: destroy the connection at once. `hold`: keep it open without a response, then destroy it. */
export type ApiReply = { status: number; body: object; replayed: boolean } | 'cut' | 'hold';

/** Serves Stripe's routes, with the faults that are set. */
export function openApi(books: Books, secretKey: string): (request: ApiRequest) => Promise<ApiReply> {
  const claimKey = openIdempotencyKeys(books.state.keys);

  return async (request) => {
    const { faults } = books;
    const { down, errorRate, latencyMs } = faults.knobs();
    if (down) return 'cut';
    if (faults.chance(errorRate)) return { ...reply(SERVER_ERROR, request), replayed: false };
    try {
      authorise(books, request, secretKey);
      const route = routeOf(request.method, request.path);
      const delay = async () => {
        const latency = faults.within(latencyMs);
        if (latency > 0) await wait(latency);
      };
      return await serve({ books, claimKey, route, delay }, request);
    } catch (error) {
      if (error instanceof InvalidRequest) return { ...reply(error.answer, request), replayed: false };
      throw error;
    }
  };
}

interface Serving {
  books: Books;
  claimKey: ClaimKey;
  route: Route;
  delay: () => Promise<void>;
}

async function serve({ books, claimKey, route, delay }: Serving, request: ApiRequest): Promise<ApiReply> {
  if ('reads' in route) {
    await delay();
    return { status: 200, body: route.reads(books, request.form), replayed: false };
  }
  const claim = request.key ? claimKey(request.key, request) : undefined;
  if (claim && !('release' in claim)) return { ...reply(claim, request), replayed: true };
  try {
    await delay();
    const answer = execute(books, decisionOn(books, route, request), claim);
    if (books.faults.chance(books.faults.knobs().timeoutAfterSuccessRate)) return 'hold';
    return { ...reply(answer, request), replayed: false };
  } finally {
    claim?.release();
  }
}

/** The decision of the route, or a server error if a fault is due. */
function decisionOn(books: Books, route: Extract<Route, { decides: Decides }>, { form }: ApiRequest) {
  const isPrevented = books.faults.chance(books.faults.knobs().keptErrorRate);
  return isPrevented ? { change: {}, answer: SERVER_ERROR } : route.decides(books, form);
}

/** Commits a decision and stores the answer under its idempotency key. A fault may turn the answer into a 500. */
function execute({ faults, commit }: Books, decision: ReturnType<Decides>, claim: Claim | undefined): KeptResponse {
  const fails = faults.chance(faults.knobs().errorAfterSuccessRate);
  const answer = fails ? SERVER_ERROR : decision.answer;
  commit({ ...decision.change, ...(claim && { key: claim.row(answer) }) });
  return answer;
}

type Decides = Extract<Route, { decides: unknown }>['decides'];

const SERVER_ERROR: KeptResponse = { status: 500, error: { type: 'api_error', message: 'An unknown error occurred.' } };

const reply = (answer: KeptResponse, { form }: ApiRequest) => ({
  status: answer.status,
  body: renderAnswer(answer, expandsCharge(form)),
});

/** The secret key allows every request. A browser with an intent's client secret may read and confirm that intent. */
function authorise(books: Books, { bearer, form, path }: ApiRequest, secretKey: string): void {
  if (bearer === secretKey) return;
  const [, id] = /^\/v1\/payment_intents\/([^/]+)(?:\/confirm)?$/.exec(path) ?? [];
  const secret = form.get('client_secret');
  if (id && secret !== null && secret === intentOf(books, id).secret) return;
  const message = bearer ? 'Invalid API Key provided.' : 'You did not provide an API key.';
  throw new InvalidRequest(message, { status: 401 });
}
