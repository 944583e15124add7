import { randomUUID } from 'node:crypto';
import type express from 'express';
import { startRequestSpan } from '../../infra/observability/span.ts';
import { runWithTrace, type Trace, traceIdOf } from '../../infra/observability/trace.ts';
import type { Raw } from './route.ts';

/** The facts of a request that the access log records. */
export interface RequestContext {
  trace: Trace;
  /** The declared path of the route; the requested path would put ids into logs and metrics. */
  route: string;
}

export type Observe = (name: string, fields: object) => void;

const contexts = new WeakMap<express.Response, RequestContext>();
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The context that `trackRequest` created for this response. */
export function requestContextOf(response: express.Response): RequestContext {
  const context = contexts.get(response);
  if (!context) throw new Error('The response has no request context: mount trackRequest first.');
  return context;
}

/** Middleware that starts each request. Everything after it runs in the trace of the request. */
export function trackRequest(observe: Observe): express.RequestHandler {
  return (request, response, next) => {
    const context = startRequest(observe, { request, response });
    const { trace } = context;
    contexts.set(response, context);
    response.setHeader('X-Request-Id', trace.requestId);
    response.setHeader('X-Trace-Id', traceIdOf(trace.traceparent));
    runWithTrace(trace, next);
  };
}

/** Assigns the request id and the trace, and logs the request once, however it ends. */
export function startRequest(observe: Observe, { request, response }: Raw, route = 'none'): RequestContext {
  const startedAt = performance.now();
  const { 'x-request-id': given, traceparent: parent } = request.headers;
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  const span = startRequestSpan(typeof parent === 'string' ? parent : undefined, { 'request.id': requestId });
  const context = { trace: { requestId, traceparent: span.traceparent }, route };
  // It fires only once: `once` would cost a wrapper for each request.
  response.on('close', () => {
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const fields = { method: request.method, route: context.route, status: statusOf(response), ms };
    // 'close' fires in the socket's async context, which has no trace.
    runWithTrace(context.trace, () => observe('http.request', fields));
    span.end(fields);
  });
  return context;
}

/** 499, as in nginx: the client disconnected before the answer. */
const statusOf = (response: express.Response): number => (response.headersSent ? response.statusCode : 499);
