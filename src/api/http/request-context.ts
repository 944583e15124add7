import { randomUUID } from 'node:crypto';
import type express from 'express';
import { childOf, runWithTrace, type Trace } from '../../infra/observability/trace.ts';

/** One request and its answer, as the access log sees them. */
export interface RequestContext {
  trace: Trace;
  /** The route's path as declared: the path that was called would put ids into logs and metrics. */
  route: string;
}

export type Observe = (name: string, fields: object) => void;

const exchanges = new WeakMap<express.Response, RequestContext>();
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The exchange that `begin` opened for this response. */
export function requestContextOf(response: express.Response): RequestContext {
  const exchange = exchanges.get(response);
  if (!exchange) throw new Error('no exchange was begun for this response');
  return exchange;
}

/** First step of every request: names it, traces it, and reports it once when it is over, however it ends. */
export function begin(observe: Observe): express.RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const asked = request.get('x-request-id');
    const requestId = asked !== undefined && REQUEST_ID.test(asked) ? asked : randomUUID();
    const trace = { requestId, traceparent: childOf(request.get('traceparent')) };
    const exchange = { trace, route: 'none' };
    exchanges.set(response, exchange);
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => {
      const ms = Math.round((performance.now() - startedAt) * 10) / 10;
      const fact = { method: request.method, route: exchange.route, status: statusOf(response), ms };
      // The event comes in the socket's context, not in the request's.
      runWithTrace(trace, () => observe('http.request', fact));
    });
    runWithTrace(trace, next);
  };
}

/** 499 as nginx has it: the client left before it was answered. */
const statusOf = (response: express.Response): number => (response.headersSent ? response.statusCode : 499);
