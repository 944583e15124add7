import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Database } from '../infra/database.ts';
import { type AnyRoute, route } from './route.ts';

const healthSchema = z.object({ status: z.enum(['ok', 'unavailable']), checks: z.record(z.string(), z.boolean()) });

export interface HealthDeps {
  db: Database;
  redis: Redis;
  /** Names of the migrations that the code needs. */
  migrations: readonly string[];
}

/** `/healthz`: the process lives. `/readyz`: it can do its work. */
export const healthRoutes = (deps: HealthDeps): AnyRoute[] => [
  route({
    method: 'get',
    path: '/healthz',
    permission: 'public',
    access: 'public',
    limit: 'none',
    summary: 'Whether the process lives',
    tag: 'Operations',
    answers: { 200: { description: 'It does', schema: healthSchema } },
    handle: async () => ({ status: 200, body: { status: 'ok', checks: {} } }),
  }),
  route({
    method: 'get',
    path: '/readyz',
    permission: 'public',
    access: 'public',
    limit: 'none',
    summary: 'Whether Postgres, Redis and the schema are there',
    tag: 'Operations',
    answers: {
      200: { description: 'All are', schema: healthSchema },
      503: { description: 'One is not', schema: healthSchema },
    },
    async handle() {
      const checks = await check(deps);
      const isReady = Object.values(checks).every(Boolean);
      return { status: isReady ? 200 : 503, body: { status: isReady ? 'ok' : 'unavailable', checks } };
    },
  }),
];

async function check({ db, redis, migrations }: HealthDeps): Promise<Record<string, boolean>> {
  const applied = await db.query<{ name: string }>(`select name from mikro_orm_migrations`).catch(() => null);
  const names = new Set(applied?.map(({ name }) => name));
  const postgres =
    applied !== null ||
    (await db.query(`select 1`).then(
      () => true,
      () => false,
    ));
  const redisAnswers =
    redis.status === 'ready' &&
    (await redis.ping().then(
      () => true,
      () => false,
    ));
  return { postgres, redis: redisAnswers, migrations: migrations.every((name) => names.has(name)) };
}
