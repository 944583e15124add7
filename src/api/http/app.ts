import express from 'express';
import { ERRORS } from '../../domain/errors.ts';
import { errorFields } from '../../infra/observability/log.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import { authorise } from '../auth/authorise.ts';
import { GUEST, type Principal } from '../auth/principal.ts';
import { readBody } from './body.ts';
import { failureOf, RequestFault } from './errors/failure.ts';
import { type Limits, limitRate } from './limits/rate-limits.ts';
import { type RequestLimit, withinLimit } from './limits/request-timeout.ts';
import { docsRouter } from './openapi/docs-page.ts';
import { documentRoute } from './openapi/document-route.ts';
import { begin, type Observe, type RequestContext, requestContextOf } from './request-context.ts';
import { sendAnswer, sendFailure } from './respond.ts';
import type { AnyRoute, Raw, RawCall, RouteFacts } from './route.ts';
import { byPath } from './route-table.ts';
import { type SecurityOptions, securityHeaders } from './security-headers.ts';

export interface AppDeps {
  observe: Observe;
  authenticate: Authenticate;
  /** Absent: nothing is limited. */
  limits?: Limits;
  requestLimit?: RequestLimit;
  /** Whether work is turned away at the moment; absent: never. */
  isOverloaded?(): boolean;
  securityHeaders?: SecurityOptions;
  /** Proxies in front that set X-Forwarded-For: the address before the last so many is believed. */
  proxies?: number;
  /** Answers some requests before they are routed. */
  shortcut?: express.RequestHandler;
  /** The operators' pages, absent when nobody may see them. */
  ops?: express.Router;
}

/**
 * Puts the routes behind one shell: request id and trace, body and schema checks, the error format, the access log,
 * the API document.
 * @throws Error naming the route that has no permission, no answers, or the method and path of another.
 */
export function makeApp(routes: AnyRoute[], deps: AppDeps): express.Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing');
  app.set('trust proxy', deps.proxies ?? 0);
  const all: AnyRoute[] = [...routes, documentRoute(() => all)];
  app.use(begin(deps.observe), ...securityHeaders(deps.securityHeaders ?? { corsOrigins: [], isHttpsOnly: false }));
  if (deps.shortcut) app.use(deps.shortcut);
  for (const [area, paths] of Map.groupBy(byPath(all), ([path]) => areaOf(path))) {
    const router = express.Router({ caseSensitive: true });
    for (const [path, methods] of paths) mount(router, { path, at: path.slice(area.length), routes: methods, deps });
    app.use(area || '/', router);
  }
  app.use(docsRouter());
  if (deps.ops) app.use(deps.ops);
  app.use((request) => {
    throw new RequestFault('ROUTE_NOT_FOUND', { details: { method: request.method, path: request.path } });
  });
  app.use(fail(deps.observe));
  return app;
}

/** A part of the API, whose routes are looked through only for requests to it: there are over a hundred others. */
const areaOf = (path: string): string => /^\/api\/v1\/[\w-]+(?=\/)/.exec(path)?.[0] ?? '';

interface Mounted {
  path: string;
  /** Below its router. */
  at: string;
  routes: AnyRoute[];
  deps: AppDeps;
}

function mount(router: express.Router, { path, at: below, routes, deps }: Mounted): void {
  const at = router.route(below.replace(/\{(\w+)\}/g, ':$1'));
  for (const each of routes) at[each.facts.method](endpoint(each, deps));
  const methods = routes.map(({ facts }) => facts.method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  at.all((request, response) => {
    requestContextOf(response).route = path;
    if (request.method === 'OPTIONS') return sendAnswer(request, response, { status: 204, headers: { Allow: allow } });
    const details = { method: request.method, allowed: methods };
    throw new RequestFault('METHOD_NOT_ALLOWED', { details, headers: { Allow: allow } });
  });
}

/** The way of a request through its route: who asks, may they, what do they send, then the handler. */
function endpoint({ facts, answer }: AnyRoute, deps: AppDeps): express.RequestHandler {
  const handle = async (raw: Raw, exchange: RequestContext) => {
    // Health checks and webhooks are never turned away.
    if (facts.limit !== 'none' && deps.isOverloaded?.()) throw new RequestFault('DATABASE_BUSY');
    const principal = await identify(raw, facts, deps);
    authorise(facts, principal);
    const body = await readBody(facts, raw);
    const admitAgain = async () => authorise(facts, await deps.authenticate(raw));
    return answer(callOf(raw, exchange, { principal, body, admitAgain }));
  };
  return async (request, response) => {
    const exchange = requestContextOf(response);
    exchange.route = facts.path;
    const raw = { request, response };
    const outcome = await withinLimit(deps.requestLimit ?? {}, { ...raw, path: facts.path }, handle(raw, exchange));
    if (outcome !== 'handled') sendAnswer(request, response, outcome);
  };
}

/** Who asks, and whether they may ask again already. Wrong credentials count for the address that they come from. */
async function identify(raw: Raw, facts: RouteFacts, { authenticate, limits }: AppDeps): Promise<Principal> {
  const isOpen = facts.access === 'public' || facts.access === 'webhook';
  const found = isOpen ? GUEST : await authenticate(raw).catch((refusal: Error) => refusal);
  const principal = found instanceof Error ? GUEST : found;
  if (limits) await limitRate(limits, facts, { principal, raw });
  if (found instanceof Error) throw found;
  return found;
}

function callOf(
  raw: Raw,
  { trace }: RequestContext,
  { principal, body, admitAgain }: Pick<RawCall, 'principal' | 'body' | 'admitAgain'>,
): RawCall {
  const { request, response } = raw;
  let signal: AbortSignal | undefined;
  return {
    params: request.params,
    query: request.query,
    body,
    headers: request.headers as RawCall['headers'],
    requestId: trace.requestId,
    principal,
    admitAgain,
    raw,
    // Most handlers never ask: the listener and its controller are made for those that do.
    get signal() {
      signal ??= goneSignal(response);
      return signal;
    },
  };
}

function goneSignal(response: express.Response): AbortSignal {
  const controller = new AbortController();
  const check = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.destroyed) check();
  else response.once('close', check);
  return controller.signal;
}

/** Last step of what went wrong anywhere: tells the client in the one format, and the log what only we may know. */
function fail(observe: Observe): express.ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const { trace, route } = requestContextOf(response);
    const failure = failureOf(error);
    if (ERRORS[failure.code].status >= 500) {
      const name = failure.code === 'INTERNAL_ERROR' ? 'http.failed' : 'http.unavailable';
      const stack = error instanceof Error ? error.stack : undefined;
      observe(name, { route, answered: failure.code, ...errorFields(error), ...(name === 'http.failed' && { stack }) });
    }
    sendFailure(response, failure, trace.requestId);
  };
}
