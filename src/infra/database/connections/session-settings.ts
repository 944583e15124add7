import type pg from 'pg';

/**
 * Settings of each connection. A process that disappears in the middle of a transaction must not keep its locks until
 * TCP notices; statements that find their rows by key are planned once.
 *
 * A pooler refuses settings among the parameters of a new connection, and gives a connection to another client after
 * each transaction. So the settings are stored with the database (migration 33), for connections that a pooler opens,
 * and set on each connection, for a database that was restored without them. All processes set the same values.
 */
export const SESSION_SETTINGS = {
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
  lock_timeout: '15s',
  idle_in_transaction_session_timeout: '10s',
  tcp_keepalives_idle: '30',
};

const SET = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `set ${name} = '${value}'`)
  .join('; ');

/** Applies the settings to each new connection of a pool, before its first statement. */
export function applySessionSettings(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    // If it fails, the connection is lost, and the next statement fails with that error.
    client.query(SET).catch(() => undefined);
  });
}
