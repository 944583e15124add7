import type { Database } from './database/database.ts';
import type { Queues } from './queue/queue.ts';
import { withTimeout } from './with-timeout.ts';

export interface ReadinessDeps {
  db: Database;
  queues: Pick<Queues, 'isWritable'>;
  /** Names of the migrations that this version of the code requires. */
  migrations: readonly string[];
  /** False when the process is stopping or stuck. */
  isServing(): boolean;
}

/** The longest wait for a server's answer, in milliseconds; then its check fails. */
const CHECK_TIMEOUT_MS = 1_000;
/** False on a standby, and where an operator made the server read-only. */
const IS_WRITABLE = `select current_setting('transaction_read_only') = 'off' as writable`;

/** Returns a function that runs the checks of `/readyz`; it answers within about a second. */
export function openReadiness({ db, queues, migrations, isServing }: ReadinessDeps) {
  const isPostgresWritable = shareRunning(
    async () => (await db.query<{ writable: boolean }>(IS_WRITABLE))[0]?.writable === true,
  );
  const isMigrated = shareRunning(async () => {
    const names = new Set((await db.query<{ name: string }>(`select name from mikro_orm_migrations`)).map(nameOf));
    return migrations.every((name) => names.has(name));
  });
  const isRedisWritable = shareRunning(queues.isWritable);
  return async (): Promise<Record<string, boolean>> => {
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
