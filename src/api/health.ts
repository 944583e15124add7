import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Database } from '../infra/database/database.ts';
import { withTimeout } from '../infra/with-timeout.ts';
import { type AnyRoute, route } from './http/route.ts';

const healthSchema = z.object({ status: z.enum(['ok', 'unavailable']), checks: z.record(z.string(), z.boolean()) });

export interface HealthDeps {
  db: Database;
  redis: Redis;
  /** Names of the migrations that the code needs. */
  migrations: readonly string[];
  /** Whether the process is neither told to stop nor stuck. */
  isServing(): boolean;
}

const HEALTH = { permission: 'public', access: 'public', limit: 'none', tag: 'Operations' } as const;

/** `/healthz`: the process lives. `/readyz`: it can do its work. */
export function healthRoutes(deps: HealthDeps): AnyRoute[] {
  const check = openChecks(deps);
  const lives = route({
    ...HEALTH,
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process lives',
    answers: { 200: { description: 'It does', schema: healthSchema } },
    handle: async () => ({ status: 200, body: { status: 'ok', checks: {} } }),
  });
  const isReady = route({
    ...HEALTH,
    method: 'get',
    path: '/readyz',
    summary: 'Whether the process can do its work',
    description:
      '`postgres` and `redis`: each takes writes. `migrations`: the schema is that of the code. `serving`: the process is neither told to stop nor stuck.',
    answers: {
      200: { description: 'All checks hold', schema: healthSchema },
      503: { description: 'One does not', schema: healthSchema },
    },
    async handle() {
      const checks = await check();
      const status = Object.values(checks).every(Boolean) ? 'ok' : 'unavailable';
      return { status: status === 'ok' ? 200 : 503, body: { status, checks } };
    },
  });
  return [lives, isReady];
}

/** Who asks may not wait longer for a server, in milliseconds. */
const PATIENCE_MS = 1_000;
/** A key that only says that Redis takes writes: it is no replica, and its disk and memory are not full. */
const READY = ['vcecom:ready', '1', 'PX', 10_000] as const;
/** Off on a standby, and where an operator said so. */
const IS_WRITABLE = `select current_setting('transaction_read_only') = 'off' as writable`;

function openChecks({ db, redis, migrations, isServing }: HealthDeps): () => Promise<Record<string, boolean>> {
  const writable = oneAtATime(async () => (await db.query<{ writable: boolean }>(IS_WRITABLE))[0]?.writable === true);
  const applied = oneAtATime(async () => {
    const names = new Set((await db.query<{ name: string }>(`select name from mikro_orm_migrations`)).map(nameOf));
    return migrations.every((name) => names.has(name));
  });
  const taking = oneAtATime(async () => redis.status === 'ready' && (await redis.set(...READY)) === 'OK');
  return async () => {
    const [postgres, isRedisTaking, isMigrated] = await Promise.all([writable(), taking(), applied()]);
    return { postgres, redis: isRedisTaking, migrations: isMigrated, serving: isServing() };
  };
}

const nameOf = ({ name }: { name: string }): string => name;

/** A server that does not answer is not asked by ever more; until it does, and when it fails, the answer is no. */
function oneAtATime(ask: () => Promise<boolean>): () => Promise<boolean> {
  let asking: Promise<boolean> | undefined;
  return async () => {
    asking ??= ask()
      .catch(() => false)
      .finally(() => {
        asking = undefined;
      });
    return (await withTimeout(asking, PATIENCE_MS)) === true;
  };
}
