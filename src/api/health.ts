import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Database } from '../infra/database/database.ts';
import { withTimeout } from '../infra/with-timeout.ts';
import { type AnyRoute, route } from './http/route.ts';

const healthSchema = z.object({ status: z.enum(['ok', 'unavailable']), checks: z.record(z.string(), z.boolean()) });

export interface HealthDeps {
  db: Database;
  redis: Redis;
  /** Names of the migrations that this version of the code requires. */
  migrations: readonly string[];
  /** False when the process is stopping, or when a route is stuck. */
  isServing(): boolean;
}

const HEALTH = { permission: 'public', access: 'public', limit: 'none', tag: 'Operations' } as const;

/** `/healthz` reports liveness, `/readyz` reports readiness. */
export function healthRoutes(deps: HealthDeps): AnyRoute[] {
  const runChecks = openChecks(deps);
  const liveness = route({
    ...HEALTH,
    method: 'get',
    path: '/healthz',
    summary: 'Check liveness',
    answers: { 200: { description: 'The process is alive', schema: healthSchema } },
    handle: async () => ({ status: 200, body: { status: 'ok', checks: {} } }),
  });
  const readiness = route({
    ...HEALTH,
    method: 'get',
    path: '/readyz',
    summary: 'Check readiness',
    description:
      '`postgres` and `redis`: the server accepts writes. `migrations`: all migrations of this version are applied. `serving`: the process is not stopping, and no route is stuck.',
    answers: {
      200: { description: 'All checks pass', schema: healthSchema },
      503: { description: 'At least one check fails', schema: healthSchema },
    },
    async handle() {
      const checks = await runChecks();
      const status = Object.values(checks).every(Boolean) ? 'ok' : 'unavailable';
      return { status: status === 'ok' ? 200 : 503, body: { status, checks } };
    },
  });
  return [liveness, readiness];
}

/** The longest wait for a server's answer, in milliseconds; then its check fails. */
const CHECK_TIMEOUT_MS = 1_000;
/** Writing this key proves that Redis accepts writes: it is no replica, and neither its disk nor its memory is full. */
const WRITE_PROBE = ['vcecom:ready', '1', 'PX', 10_000] as const;
/** False on a standby, and where an operator made the server read-only. */
const IS_WRITABLE = `select current_setting('transaction_read_only') = 'off' as writable`;

function openChecks({ db, redis, migrations, isServing }: HealthDeps): () => Promise<Record<string, boolean>> {
  const isPostgresWritable = shareRunning(
    async () => (await db.query<{ writable: boolean }>(IS_WRITABLE))[0]?.writable === true,
  );
  const isMigrated = shareRunning(async () => {
    const names = new Set((await db.query<{ name: string }>(`select name from mikro_orm_migrations`)).map(nameOf));
    return migrations.every((name) => names.has(name));
  });
  const isRedisWritable = shareRunning(
    async () => redis.status === 'ready' && (await redis.set(...WRITE_PROBE)) === 'OK',
  );
  return async () => {
    const checks = [isPostgresWritable(), isRedisWritable(), isMigrated()] as const;
    const [postgres, redisWritable, migrated] = await Promise.all(checks);
    return { postgres, redis: redisWritable, migrations: migrated, serving: isServing() };
  };
}

const nameOf = ({ name }: { name: string }): string => name;

/**
 * Runs a check once at a time: concurrent callers share the running one, so that a silent server does not collect
 * queries. The result is false when the check fails or times out.
 */
function shareRunning(check: () => Promise<boolean>): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  return async () => {
    running ??= check()
      .catch(() => false)
      .finally(() => {
        running = undefined;
      });
    return (await withTimeout(running, CHECK_TIMEOUT_MS)) === true;
  };
}
