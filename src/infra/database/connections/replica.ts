import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { errorFields, observeSparingly } from '../../observability/log.ts';
import { withTimeout } from '../../with-timeout.ts';
import type { Query } from '../query.ts';
import { type Search, search, searchOn } from './searches.ts';

/** The end of the log on the disk of the primary. A commit that others can see stands before it. */
const POSITION = `select pg_current_wal_flush_lsn()::text as position, system_identifier::text as system from pg_control_system()`;
/** A position in the log of another system would mean nothing. */
const HAS_REPLAYED = `select pg_is_in_recovery() and system_identifier = $2::bigint
  and pg_last_wal_replay_lsn() >= $1::pg_lsn as replayed from pg_control_system()`;

/** The pauses between two looks at a replica, in milliseconds: short at first. */
const PAUSES = { first: 2, longest: 100 };
/** How long a search waits until the replica has replayed what the primary had committed, in milliseconds. */
const REPLAY_MS = 50;
/** A connected replica that has not answered for this long, in milliseconds, cannot serve a search. */
const ANSWER_MS = 1_000;
/** Searches read the primary for this long, in milliseconds, after the replica could not serve one. */
const REST_MS = 5_000;
/** SQLSTATEs of errors that the statement would meet on the primary as well; 57014: it takes too long. */
const OF_THE_STATEMENT = /^(22|42|57014)/;

/**
 * Searches a streaming replica, and the primary while the replica cannot serve. Each search sees at least what the
 * primary had committed when it began: a cached response, which is stored under the version of its data, is never older
 * than this version.
 */
export function replicaFirst(replica: pg.Pool, primary: pg.Pool) {
  let restsUntil = 0;
  const rest = (reason: string): void => {
    restsUntil = Date.now() + REST_MS;
    observeSparingly('database.replica.left', { reason });
  };
  return async <R extends object>(statement: Search): Promise<R[]> => {
    const client = Date.now() < restsUntil ? undefined : await connectFresh(replica, primary).catch(reasonOf);
    if (typeof client === 'string') rest(client);
    if (client === undefined || typeof client === 'string') return search<R>(primary, statement);
    try {
      return await searchOn<R>(client, statement);
    } catch (error) {
      if (OF_THE_STATEMENT.test(String(Reflect.get(Object(error), 'code')))) throw error;
      rest(reasonOf(error));
      return search<R>(primary, statement);
    }
  };
}

/**
 * Returns a connection to a replica that has replayed what the primary has committed; otherwise the reason. The search
 * must use the same connection: the address of the replica may lead to several servers.
 */
async function connectFresh(replica: pg.Pool, primary: pg.Pool): Promise<pg.PoolClient | string> {
  // A wait for a connection of either pool is not one for the replica's replay.
  const position = await positionOf(queryOf(primary));
  const client = await replica.connect();
  const isFresh = await withTimeout(hasReplayed(queryOf(client), position, REPLAY_MS), ANSWER_MS).catch(reasonOf);
  if (isFresh === true) return client;
  // What still waits for an answer must not be the next one's.
  client.release(isFresh !== false);
  return isFresh === false ? 'behind' : isFresh;
}

const queryOf =
  (connection: Pick<pg.ClientBase, 'query'>): Query =>
  async <R extends object>(sql: string, params: readonly unknown[]) =>
    (await connection.query(sql, [...params])).rows as R[];

/** Whether a streaming replica replays everything that the primary has committed, within so many milliseconds. */
export const hasCaughtUp = async (askReplica: Query, askPrimary: Query, withinMs: number): Promise<boolean> =>
  hasReplayed(askReplica, await positionOf(askPrimary), withinMs);

interface LogPosition {
  position: string;
  system: string;
}

const positionOf = async (askPrimary: Query): Promise<LogPosition | undefined> =>
  (await askPrimary<LogPosition>(POSITION, []))[0];

async function hasReplayed(askReplica: Query, end: LogPosition | undefined, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (let ms = PAUSES.first; ; ms = Math.min(2 * ms, PAUSES.longest)) {
    const [row] = await askReplica<{ replayed: boolean }>(HAS_REPLAYED, [end?.position, end?.system]);
    if (row?.replayed) return true;
    if (Date.now() + ms > deadline) return false;
    await pause(ms);
  }
}

const reasonOf = (error: unknown): string => errorFields(error).error;
