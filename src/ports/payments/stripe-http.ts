import http from 'node:http';
import https from 'node:https';
import Stripe from 'stripe';

const LOST = ['ECONNRESET', 'EPIPE'];

/** The error code of a connection that broke after the request may have been sent. */
const CONNECTION_LOST = 'CONNECTION_LOST';

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;

/**
 * The SDK's HTTP client over kept-alive connections. It retries a lost connection once, because the server may have
 * closed an idle connection. The retry is safe: every request only reads or has an idempotency key. The SDK's own retry
 * reports only the second failure, so that a reset followed by a refused connection looks like a request that was never
 * sent. Here, two failures become CONNECTION_LOST.
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
