import { createServer, type Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type express from 'express';
import type { Redis } from 'ioredis';
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
import { productInMemory } from './store/catalogue/product-in-memory.ts';
import type { WebhookVerifier } from './webhooks/payment-provider.ts';

const IDLE_LOOK_MS = 50;
/** A connection on which nothing came for so long, in milliseconds, has nothing under way. */
const SILENT_MS = 250;

export interface ServerOptions {
  host: string;
  port: number;
  /** Asked by `/readyz`. */
  redis: Redis;
  provider: WebhookVerifier;
  securityHeaders: SecurityOptions;
  proxies: number;
  /** Ends the process; its process manager starts it again. */
  giveUp(reason: string): void;
}

/** Opens every door of the house. Resolves when the server listens. @throws Error when the port is taken. */
export async function startServer(deps: ApiDeps, options: ServerOptions): Promise<Server> {
  const { redis, provider, securityHeaders, proxies, giveUp } = options;
  const watch = watchRoutes(giveUp);
  const isServing = () => !deps.stopping.aborted && !watch.isStuck();
  const health = { db: deps.db, redis, migrations: MIGRATIONS.map(({ name }) => name), isServing };
  const routes = allRoutes(deps, { health, provider });
  const sessionValidity = readSessionValidity(deps.db);
  const authenticate = authentication(deps.signingKeys, sessionValidity);
  const ops = opsRouter({ ...deps, sessionValidity });
  const requestLimit = { watch };
  const { limits } = deps;
  const isOverloaded = () => deps.db.isOverloaded(waitingForGroups(deps.db));
  const shell = { observe, authenticate, limits, requestLimit, isOverloaded, securityHeaders, proxies };
  const app = makeApp(routes, { ...shell, shortcut: productInMemory(deps), ops });
  const server = serve(app);
  deps.stopping.addEventListener('abort', () => announceEnd(server), { once: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}

/** How long a client may take to send its headers and the whole request, and how often that is looked at, in milliseconds. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

/** The open connections of each server, also those on which nobody has asked for anything yet. */
const connections = new WeakMap<Server, Set<Socket>>();

/** A server that slow clients cannot keep busy; how long an answer takes is not limited. */
export function serve(app: ReturnType<typeof makeApp>, patience = PATIENCE): Server {
  const server = createServer(patience, (request, response) => {
    // Without this last step Express writes pages of its own, with a stack outside production.
    app(request as express.Request, response as express.Response, (error: unknown) => {
      refuseUnroutable(response, error);
    });
  });
  // Longer than the idle time of the usual load balancers: the side that keeps the connection must not be the first to close it.
  server.keepAliveTimeout = 65_000;
  server.on('clientError', refuseMalformed);
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return server;
}

/** From now on each answer asks its client to connect anew, which leads it to another process. */
function announceEnd(server: Server): void {
  server.prependListener('request', (_request, response) => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  });
}

/**
 * Goes on for `drainMs` milliseconds, in which load balancers see that the process is not ready and lead requests elsewhere;
 * then takes no more connections, and resolves when the requests under way are answered.
 */
export async function stopServer(server: Server, drainMs: number): Promise<void> {
  await pause(drainMs);
  // HTTP's own close would end connections on which a request may just be arriving: each gets an answer that ends it.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  if (drainMs > 0) await pause(SILENT_MS);
  // A connection that is kept alive becomes idle only with its last answer.
  const sweep = setInterval(() => closeUnused(server), IDLE_LOOK_MS);
  closeUnused(server);
  await closed;
  clearInterval(sweep);
}

/** Node counts a connection that was made in advance, and on which nothing was sent, as busy until its headers are overdue. */
function closeUnused(server: Server): void {
  server.closeIdleConnections();
  for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
}
