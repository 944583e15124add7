import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors from 'cors';
import type express from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { NO_STORE } from './respond.ts';

export interface SecurityOptions {
  /** Origins whose pages may call the API from a browser; empty: only pages of this server. */
  corsOrigins: readonly string[];
  /** Whether to send Strict-Transport-Security. */
  isHttpsOnly: boolean;
}

const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Api-Key, X-Cart-Token, X-Request-Id';
const ANSWER_HEADERS =
  'ETag, Idempotent-Replayed, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id, X-Trace-Id';
/** The maximum that Chromium accepts. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Sets headers that disable caching and the browser features that an API does not need. HTML pages override the content
 * security policy, public answers override `Cache-Control`.
 */
export function securityHeaders({ corsOrigins, isHttpsOnly }: SecurityOptions): express.RequestHandler[] {
  const options: HelmetOptions = {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
    // CORS controls which pages may read an answer; this header controls which pages may embed it.
    crossOriginResourcePolicy: { policy: corsOrigins.length > 0 ? 'cross-origin' : 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isHttpsOnly ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    xFrameOptions: { action: 'deny' },
  };
  // Its headers never change, and running it per request would cost more than the routing.
  const headers = headersSetBy([helmet(options)]);
  const secure: express.RequestHandler = (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    response.setHeader('Cache-Control', NO_STORE);
    next();
  };
  return corsOrigins.length === 0 ? [secure] : [secure, crossOrigin(corsOrigins)];
}

/** What `securityHeaders` sets on an answer, without `Cache-Control`. */
export interface FixedHeaders {
  /** Names and values in turn. */
  headers: readonly string[];
  vary: string;
}

/** Returns what `securityHeaders` sets on the answer to a GET from a page of `origin`, computed in advance. */
export function fixedHeaders(options: SecurityOptions): (origin: string | undefined) => FixedHeaders {
  const handlers = securityHeaders(options);
  const fixedFor = (origin?: string): FixedHeaders => {
    const all = headersSetBy(handlers, origin);
    const headers = all.filter(([name]) => name !== 'cache-control' && name !== 'vary').flat();
    return { headers, vary: all.find(([name]) => name === 'vary')?.[1] ?? '' };
  };
  const byOrigin = new Map(options.corsOrigins.map((origin) => [origin, fixedFor(origin)]));
  const others = fixedFor();
  return (origin) => byOrigin.get(origin ?? '') ?? others;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** The headers that middleware sets on the answer to a GET from a page of `origin`. */
function headersSetBy(handlers: readonly unknown[], origin?: string): [string, string][] {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method: 'GET', headers: origin === undefined ? {} : { origin } });
  const response = new ServerResponse(request);
  for (const handler of handlers) (handler as Middleware)(request, response, () => undefined);
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}

function crossOrigin(origins: readonly string[]): express.RequestHandler {
  const options = {
    origin: [...origins],
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: ANSWER_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  };
  const answerPreflight = cors(options);
  const setHeaders = cors({ ...options, preflightContinue: true });
  return (request, response, next) => {
    // An OPTIONS request that is not a preflight goes on to the route, which answers with its methods.
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    return isPreflight ? answerPreflight(request, response, next) : setHeaders(request, response, next);
  };
}
