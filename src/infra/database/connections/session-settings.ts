import type pg from 'pg';

/**
 * What a connection of ours is like. A process that vanishes in the middle of a transaction must not keep its locks for as long
 * as TCP would; statements that find their rows by key are planned once.
 *
 * A pooler in front refuses settings among the parameters of a new connection, and gives ours to others after each
 * transaction. So they stand with the database (migration 33), for connections that a pooler makes, and each connection is
 * told of them, for a database that was restored without them. All processes tell the same.
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

/** Tells each new connection of a pool, before its first statement. */
export function tellSettings(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    // A connection that does not take them is lost, as its next statement says.
    client.query(SET).catch(() => undefined);
  });
}
