import express from 'express';
import { ERRORS } from '../../domain/errors.ts';
import { errorFields } from '../../infra/observability/log.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import { authorise } from '../auth/authorise.ts';
import { GUEST, type Principal } from '../auth/principal.ts';
import { readBody } from './body.ts';
import { failureOf, RequestFault } from './errors/failure.ts';
import { limitRate, type RateLimits } from './limits/rate-limits.ts';
import { type ResponseTimeout, withResponseTimeout } from './limits/request-timeout.ts';
import { docsRouter } from './openapi/docs-page.ts';
import { documentRoute } from './openapi/document-route.ts';
import { type ReadyAnswerDeps, sendReadyAnswers } from './ready-answer.ts';
import { type Observe, type RequestContext, requestContextOf, trackRequest } from './request-context.ts';
import { sendAnswer, sendFailure } from './respond.ts';
import type { AnyRoute, Raw, RawCall, RouteFacts } from './route.ts';
import { routesByPath } from './route-table.ts';
import { type SecurityOptions, securityHeaders } from './security-headers.ts';

export interface AppDeps {
  observe: Observe;
  authenticate: Authenticate;
  /** Absent: no rate limits. */
  limits?: RateLimits;
  responseTimeout?: ResponseTimeout;
  /** Whether the server refuses requests at the moment; absent: never. */
  isOverloaded?(): boolean;
  /** In how many seconds the work that waits for the database will be served. */
  waitSeconds?(): number;
  securityHeaders?: SecurityOptions;
  /** Number of trusted proxies in front that set X-Forwarded-For. Default: 0. */
  proxies?: number;
  /** Finds answers that lie in memory (`sendReadyAnswers`); absent: every request goes to its route. */
  readyAnswer?: ReadyAnswerDeps['readyAnswer'];
  /** The operations pages; absent: not served. */
  ops?: express.Router;
}

/**
 * Builds the Express app of the routes: request id and trace, authorisation, validation, error format, access log, API
 * document.
 * @throws Error naming a route without permission or answers, or with the method and path of another route.
 */
export function makeApp(routes: AnyRoute[], deps: AppDeps): express.Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing');
  app.set('trust proxy', deps.proxies ?? 0);
  const all: AnyRoute[] = [...routes, documentRoute(() => all)];
  const { observe, limits, readyAnswer } = deps;
  const security = deps.securityHeaders ?? { corsOrigins: [], isHttpsOnly: false };
  if (readyAnswer && limits) app.use(sendReadyAnswers({ readyAnswer, limits, observe, securityHeaders: security }));
  app.use(trackRequest(observe), ...securityHeaders(security));
  for (const [area, paths] of Map.groupBy(routesByPath(all), ([path]) => areaOf(path))) {
    const router = express.Router({ caseSensitive: true });
    for (const [path, methods] of paths)
      mount(router, { path, subpath: path.slice(area.length), routes: methods, deps });
    app.use(area || '/', router);
  }
  app.use(docsRouter());
  if (deps.ops) app.use(deps.ops);
  app.use((request) => {
    throw new RequestFault('ROUTE_NOT_FOUND', { details: { method: request.method, path: request.path } });
  });
  app.use(errorHandler(deps));
  return app;
}

/** The path prefix of a router: Express compares a request only with the routes of its prefix, not with all. */
const areaOf = (path: string): string => /^\/api\/v1\/[\w-]+(?=\/)/.exec(path)?.[0] ?? '';

interface Mounted {
  path: string;
  /** The path below the router's prefix. */
  subpath: string;
  routes: AnyRoute[];
  deps: AppDeps;
}

function mount(router: express.Router, { path, subpath, routes, deps }: Mounted): void {
  const mounted = router.route(subpath.replace(/\{(\w+)\}/g, ':$1'));
  for (const each of routes) mounted[each.facts.method](endpoint(each, deps));
  const methods = routes.map(({ facts }) => facts.method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  mounted.all((request, response) => {
    requestContextOf(response).route = path;
    if (request.method === 'OPTIONS') return sendAnswer(request, response, { status: 204, headers: { Allow: allow } });
    const details = { method: request.method, allowed: methods };
    throw new RequestFault('METHOD_NOT_ALLOWED', { details, headers: { Allow: allow } });
  });
}

/** Handles a request of a route: authenticate, authorise, read the body, call the handler. */
function endpoint({ facts, answer }: AnyRoute, deps: AppDeps): express.RequestHandler {
  const handle = async (raw: Raw, context: RequestContext) => {
    // An overloaded server still answers health checks and webhooks.
    if (facts.limit !== 'none' && deps.isOverloaded?.()) throw new RequestFault('DATABASE_BUSY');
    const principal = await identify(raw, facts, deps);
    authorise(facts, principal);
    const body = await readBody(facts, raw);
    const reauthorise = async () => authorise(facts, await deps.authenticate(raw));
    return answer(callOf(raw, context, { principal, body, reauthorise }));
  };
  return async (request, response) => {
    const context = requestContextOf(response);
    context.route = facts.path;
    const raw = { request, response };
    const outcome = await withResponseTimeout(
      deps.responseTimeout ?? {},
      { ...raw, path: facts.path },
      handle(raw, context),
    );
    if (outcome !== 'handled') sendAnswer(request, response, outcome);
  };
}

/** Authenticates the caller and applies the rate limit. Invalid credentials count for the caller's network. */
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
  { principal, body, reauthorise }: Pick<RawCall, 'principal' | 'body' | 'reauthorise'>,
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
    reauthorise,
    raw,
    // Created on first use: most handlers do not need it.
    get signal() {
      signal ??= disconnectSignal(response);
      return signal;
    },
  };
}

function disconnectSignal(response: express.Response): AbortSignal {
  const controller = new AbortController();
  const check = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.destroyed) check();
  else response.once('close', check);
  return controller.signal;
}

/** The last handler of every error: answers in the error format, and logs the details that the client must not see. */
function errorHandler({ observe, waitSeconds }: AppDeps): express.ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const { trace, route } = requestContextOf(response);
    const failure = failureOf(error);
    if (ERRORS[failure.code].status >= 500) {
      const name = failure.code === 'INTERNAL_ERROR' ? 'http.failed' : 'http.unavailable';
      const stack = error instanceof Error ? error.stack : undefined;
      observe(name, { route, answered: failure.code, ...errorFields(error), ...(name === 'http.failed' && { stack }) });
    }
    if (failure.code === 'DATABASE_BUSY' && waitSeconds) failure.headers = { 'Retry-After': String(waitSeconds()) };
    sendFailure(response, failure, trace.requestId);
  };
}
