import http from 'node:http';
import https from 'node:https';
import Stripe from 'stripe';

const LOST = ['ECONNRESET', 'EPIPE'];

/** The error code of a connection that broke after the request may have been sent. */
export const CONNECTION_LOST = 'CONNECTION_LOST';

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;

/**
 * The SDK's HTTP client over kept-alive connections. A lost connection is tried once more, because an idle one may
 * have been closed at the other end; every request carries an idempotency key or only reads, so twice is once.
 * The SDK would do the same but report only the second failure: a reset followed by a refused connection would then
 * look like a request that was never sent. Hence the retry is made here, and both failures become CONNECTION_LOST.
 */
export function stripeHttp(protocol: 'http' | 'https'): HttpClient {
  const pool = { keepAlive: true, maxFreeSockets: 64 };
  const agent = protocol === 'http' ? new http.Agent(pool) : new https.Agent(pool);
  // The SDK's types know only http.Agent, of which https.Agent is a subtype in fact but not in Node's types.
  const client = Stripe.createNodeHttpClient(agent as http.Agent);
  const send = client.makeRequest.bind(client);
  client.makeRequest = async (...request) => {
    try {
      return await send(...request);
    } catch (error) {
      if (!LOST.includes(codeOf(error))) throw error;
    }
    try {
      return await send(...request);
    } catch (error) {
      throw Object.assign(new Error('connection lost', { cause: error }), { code: CONNECTION_LOST });
    }
  };
  return client;
}

/** The `code` of a system error, or an empty string. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
