import { adminRoutes } from '../admin/admin.ts';
import { authorise } from '../auth/authorise.ts';
import type { Principal } from '../auth/principal.ts';
import type { Answer, AnyRoute, Method } from '../http/route.ts';
import type { FormFields, OpsDeps, OpsRequest } from './ops-request.ts';

export interface RouteCall {
  method: Method;
  /** The declared path below /api/v1/admin, for example `/orders/{id}`. */
  path: string;
  params?: FormFields | undefined;
  query?: FormFields | undefined;
  body?: object | undefined;
  headers?: FormFields | undefined;
}

/** The routes of each router by method and path; made at the first call, not at the start of the process. */
const routesOf = new WeakMap<OpsDeps, Map<string, AnyRoute>>();

/**
 * Calls a route of the admin API for the signed-in person: the same permission, checks, effect and audit entry as over
 * HTTP. @throws RequestFault FORBIDDEN, VALIDATION_FAILED, and the errors of the route
 */
export async function callApi(deps: OpsDeps, opsRequest: OpsRequest, request: RouteCall): Promise<Answer> {
  const { method, path, params = {}, query = {}, body, headers = {} } = request;
  const { principal, requestId, raw } = opsRequest;
  const route = authoriseCall(deps, principal, request);
  const reauthorise = async () => authorise(route.facts, principal);
  const caller = { principal, requestId, raw, reauthorise, signal: deps.stopping };
  const outcome = await route.answer({ ...caller, params, query, body, headers });
  if (outcome === 'handled') throw new Error(`${method} ${path} sends its answer itself`);
  return outcome;
}

/** Checks that somebody may call a route of the admin API. @throws RequestFault FORBIDDEN */
export function authoriseCall(deps: OpsDeps, principal: Principal, { method, path }: RouteCall): AnyRoute {
  const route = findRoute(deps, `${method} /api/v1/admin${path}`);
  authorise(route.facts, principal);
  return route;
}

function findRoute(deps: OpsDeps, name: string): AnyRoute {
  const routes = routesOf.get(deps) ?? new Map(adminRoutes(deps).map((each) => [nameOf(each), each]));
  routesOf.set(deps, routes);
  const route = routes.get(name);
  if (!route) throw new Error(`there is no route ${name}`);
  return route;
}

const nameOf = ({ facts }: AnyRoute): string => `${facts.method} ${facts.path}`;
