import { createServer, type Server } from 'node:http';
import type { Redis } from 'ioredis';
import { MIGRATIONS } from '../entities/schema.ts';
import { observe } from '../infra/log.ts';
import { makeApp } from './app.ts';
import type { ApiDeps } from './deps.ts';
import { healthRoutes } from './health.ts';
import { opsRouter } from './ops.ts';
import { cartRoutes } from './store/cart.ts';
import { checkoutRoutes } from './store/checkout.ts';
import { checkoutEventRoutes } from './store/checkout-events.ts';
import { productRoutes } from './store/products.ts';
import { webhookRoutes } from './webhooks.ts';

const IDLE_LOOK_MS = 50;

type Provider = Parameters<typeof webhookRoutes>[1];

/** Opens every door of the house. Resolves when the server listens. @throws Error when the port is taken. */
export async function startServer(
  deps: ApiDeps,
  options: { host: string; port: number; redis: Redis; opsPassword: string | undefined; provider: Provider },
): Promise<Server> {
  const { redis, opsPassword } = options;
  const routes = [
    ...healthRoutes({ db: deps.db, redis, migrations: MIGRATIONS.map(({ name }) => name) }),
    ...productRoutes(deps),
    ...cartRoutes(deps),
    ...checkoutRoutes(deps),
    ...checkoutEventRoutes(deps),
    ...webhookRoutes(deps, options.provider),
  ];
  const ops = opsPassword ? opsRouter({ password: opsPassword, queues: deps.queues.all }) : undefined;
  const server = createServer(makeApp(routes, { observe, ...(ops && { ops }) }));
  // Longer than the idle time of the usual load balancers: the side that keeps the connection must not be the first to close it.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}

/** Takes no more requests, and resolves when those under way are answered. */
export async function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive becomes idle only with its last answer.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
  server.closeIdleConnections();
  await closed;
  clearInterval(sweep);
}
