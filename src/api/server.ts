import { createServer, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type express from 'express';
import { MIGRATIONS } from '../entities/schema.ts';
import { waitingForGroups } from '../infra/database/groups/grouped-work.ts';
import { observe } from '../infra/observability/log.ts';
import { authentication } from './auth/authenticate.ts';
import { readSessionValidity } from './auth/session-validity.ts';
import type { ApiDeps } from './deps.ts';
import { makeApp } from './http/app.ts';
import { refuseMalformed, refuseUnroutable } from './http/errors/malformed-request.ts';
import { watchRoutes } from './http/limits/stuck-routes.ts';
import type { SecurityOptions } from './http/security-headers.ts';
import { opsRouter } from './ops/router.ts';
import { allRoutes } from './routes.ts';
import type { WebhookVerifier } from './webhooks/payment-provider.ts';

const IDLE_SWEEP_MS = 50;
/** A connection that received nothing for this long, in milliseconds, carries no request. */
const QUIET_MS = 250;

export interface ServerOptions {
  host: string;
  port: number;
  provider: WebhookVerifier;
  securityHeaders: SecurityOptions;
  /** Number of trusted proxies in front of the server. */
  proxies: number;
  /** Stops the process; the process manager then restarts it. */
  giveUp(reason: string): void;
}

/** Starts the API server; resolves when it listens. @throws Error when the port is in use. */
export async function startServer(deps: ApiDeps, options: ServerOptions): Promise<Server> {
  const { provider, securityHeaders, proxies, giveUp } = options;
  const watch = watchRoutes(giveUp);
  const isServing = () => !deps.stopping.aborted && !watch.isStuck();
  const health = { db: deps.db, queues: deps.queues, migrations: MIGRATIONS.map(({ name }) => name), isServing };
  const routes = allRoutes(deps, { health, provider });
  const sessionValidity = readSessionValidity(deps.db);
  const authenticate = authentication(deps.signingKeys, sessionValidity);
  const ops = opsRouter({ ...deps, sessionValidity });
  const responseTimeout = { watch };
  const { limits } = deps;
  const isOverloaded = () => deps.db.isOverloaded(waitingForGroups(deps.db));
  const waitSeconds = () => deps.db.waitSeconds(waitingForGroups(deps.db));
  const load = { isOverloaded, waitSeconds };
  const shell = { observe, authenticate, limits, responseTimeout, ...load, securityHeaders, proxies };
  const app = makeApp(routes, { ...shell, readyAnswer: deps.cachedResponses.ready.find, ops });
  const server = serve(app);
  deps.stopping.addEventListener('abort', () => closeAfterAnswer(server), { once: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}

/** Limits for a client to send its headers and the whole request, and the interval of the check, in milliseconds. */
const SEND_TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

interface Traffic {
  /** The open connections, including those that carried no request yet. */
  sockets: Set<Socket>;
  /** The responses that are not sent yet. */
  responses: Set<ServerResponse>;
}

const trafficOf = new WeakMap<Server, Traffic>();

/** Creates a server that disconnects clients that send too slowly. The time for an answer has no limit here. */
export function serve(app: ReturnType<typeof makeApp>, timeouts = SEND_TIMEOUTS): Server {
  // Node.js would answer a missing Host header itself, without a body.
  const traffic: Traffic = { sockets: new Set(), responses: new Set() };
  const server = createServer({ ...timeouts, requireHostHeader: false }, (request, response) => {
    traffic.responses.add(response);
    response.once('close', () => traffic.responses.delete(response));
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      refuseUnroutable(response, undefined);
      return;
    }
    // Without this last handler Express sends its own error pages, with a stack trace outside production.
    app(request as express.Request, response as express.Response, (error: unknown) => {
      refuseUnroutable(response, error);
    });
  });
  // Longer than the idle timeout of common load balancers: the balancer must close an idle connection first.
  server.keepAliveTimeout = 65_000;
  server.on('clientError', refuseMalformed);
  // A server may ignore expectations that it does not know (RFC 9110, 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  trafficOf.set(server, traffic);
  server.on('connection', (socket) => {
    traffic.sockets.add(socket);
    socket.once('close', () => traffic.sockets.delete(socket));
  });
  return server;
}

/**
 * Closes each connection after its next answer, also to a request that is already here: clients reconnect, and reach
 * another process.
 */
export function closeAfterAnswer(server: Server): void {
  const close = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  trafficOf.get(server)?.responses.forEach(close);
  server.prependListener('request', (_request, response) => close(response));
}

/**
 * Keeps serving for `drainMs` milliseconds, while load balancers see that the process is not ready and route requests
 * elsewhere. Then refuses new connections, and resolves when all running requests are answered.
 */
export async function stopServer(server: Server, drainMs: number): Promise<void> {
  await pause(drainMs);
  // http.Server.close would cut connections on which a request is just arriving; the next answer closes them instead.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  if (drainMs > 0) await pause(QUIET_MS);
  // A keep-alive connection becomes idle only after its last answer.
  const sweep = setInterval(() => closeUnused(server), IDLE_SWEEP_MS);
  closeUnused(server);
  await closed;
  clearInterval(sweep);
}

/** Also destroys connections that never sent a byte: Node.js counts them as busy until their headers are overdue. */
function closeUnused(server: Server): void {
  server.closeIdleConnections();
  for (const socket of trafficOf.get(server)?.sockets ?? []) if (socket.bytesRead === 0) socket.destroy();
}
