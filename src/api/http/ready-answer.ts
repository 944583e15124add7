import type express from 'express';
import { networkOf } from '../../infra/network/network.ts';
import { traceIdOf } from '../../infra/observability/trace.ts';
import { callerKey, GUEST } from '../auth/principal.ts';
import { type RateLimits, rateLimitHeaders } from './limits/rate-limits.ts';
import { type Observe, startRequest } from './request-context.ts';
import { isFresh, JSON_TYPE } from './respond.ts';
import { fixedHeaders, type SecurityOptions } from './security-headers.ts';

/** A JSON answer that lies in memory, the same for every caller without credentials. */
export interface ReadyAnswer {
  /** The declared path of its route. */
  route: string;
  json: string;
  /** Length of `json` in bytes. */
  contentLength: string;
  etag: string;
  cacheControl: string;
  vary: string;
  /** Counts that the answer was sent. */
  countRead(): void;
}

export interface ReadyAnswerDeps {
  /** The answer of a URL, if it is in memory and current. */
  readyAnswer(url: string): ReadyAnswer | undefined;
  limits: RateLimits;
  observe: Observe;
  securityHeaders: SecurityOptions;
}

/**
 * Sends answers that lie in memory, before all other middleware: these take longer than such an answer. It has the same
 * headers as that of its route. The request counts against the rate limit of its caller and is logged. A request that
 * needs Redis or PostgreSQL continues to its route.
 */
export function sendReadyAnswers(deps: ReadyAnswerDeps): express.RequestHandler {
  const { readyAnswer, limits, observe } = deps;
  const securityHeadersFor = fixedHeaders(deps.securityHeaders);
  return (request, response, next) => {
    const ready = request.method === 'GET' && isAnonymous(request) ? readyAnswer(request.url) : undefined;
    const spent = ready && limits.read.spendPrefetched(callerKey(GUEST, networkOf(request.ip ?? 'unknown')));
    if (!ready || !spent) return next();
    ready.countRead();
    const { requestId, traceparent } = startRequest(observe, { request, response }, ready.route).trace;
    const security = securityHeadersFor(request.headers.origin);
    const vary = security.vary === '' ? ready.vary : `${security.vary}, ${ready.vary}`;
    // Setting the headers one by one costs twice as much.
    const headers = [
      ...['X-Request-Id', requestId, 'X-Trace-Id', traceIdOf(traceparent), ...security.headers],
      ...['Cache-Control', ready.cacheControl, 'Vary', vary, 'ETag', ready.etag],
      ...rateLimitHeaders(limits.read, spent),
    ];
    if (isFresh(request, ready.etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    headers.push('Content-Type', JSON_TYPE, 'Content-Length', ready.contentLength);
    response.writeHead(200, headers).end(ready.json);
  };
}

const isAnonymous = ({ headers }: express.Request): boolean =>
  headers.authorization === undefined && headers['x-api-key'] === undefined;
