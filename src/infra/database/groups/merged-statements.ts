import type { Query } from '../query.ts';

interface Call {
  sql: string;
  params: readonly unknown[];
  resolve(rows: object[]): void;
  reject(error: unknown): void;
}

type Row = Record<string, unknown>;

/** How concurrent calls of one statement are merged into one. */
interface MergeRule {
  merge(calls: readonly Call[]): [sql: string, params: unknown[]];
  /** Returns the rows that belong to each call. */
  split(rows: readonly Row[], calls: readonly Call[]): object[][];
}

const mergeRules = new Map<string, MergeRule>();

/**
 * Declares a statement whose only parameter is an array of keys: concurrent calls are merged into one with all keys.
 * Each call gets the rows whose `column` is one of its keys; without a column, each call gets all rows.
 * @returns the statement
 */
export function forAnyKeys(sql: string, column?: string): string {
  if (mergeRules.has(sql)) return sql;
  const keysOf = ({ params: [keys] }: Call) => keys as readonly unknown[];
  mergeRules.set(sql, {
    merge: (calls) => [sql, [[...new Set(calls.flatMap(keysOf))]]],
    split: (rows, calls) =>
      column === undefined ? calls.map(() => [...rows]) : rowsByKey(rows, column, calls.map(keysOf)),
  });
  return sql;
}

/** Returns the rows whose `column` is one of the keys, for each list of keys. */
function rowsByKey(rows: readonly Row[], column: string, keyLists: readonly (readonly unknown[])[]): object[][] {
  const keyOfRow = rows.map((row) => textOf(row[column]));
  return keyLists.map((list) => {
    const keys = new Set(list.map(textOf));
    return rows.filter((_, index) => keys.has(keyOfRow[index] ?? ''));
  });
}

/** Compares keys in lower case, because the server returns UUIDs in lower case. */
const textOf = (key: unknown): string => String(key).toLowerCase();

/**
 * Declares a statement whose only parameter is a JSON array of objects: concurrent calls are merged into one with all
 * objects. Each call gets the rows whose `id` is that of one of its objects.
 * @returns the statement
 */
export function forAnyRows(sql: string): string {
  const objectsOf = ({ params: [json] }: Call) => JSON.parse(json as string) as { id?: unknown }[];
  mergeRules.set(sql, {
    merge: (calls) => [sql, [JSON.stringify(calls.flatMap(objectsOf))]],
    split: (rows, calls) =>
      rowsByKey(
        rows,
        'id',
        calls.map((call) => objectsOf(call).map(({ id }) => id)),
      ),
  });
  return sql;
}

/** The column with the number of the call that a row belongs to. */
const CALL_COLUMN = '#call';

/**
 * Declares a read-only statement with the types of its parameters: concurrent calls are merged into one statement that
 * runs it for each of them.
 * @returns the statement
 */
export function forEachCall(sql: string, types: readonly string[]): string {
  const fields = types.map((type, index) => `p${index + 1} ${type}`);
  // The offset keeps Postgres from joining whole tables: each call keeps the schedule of a single call.
  const inner = sql.replace(/\$(\d+)/g, 'calls.p$1');
  const merged = `select calls.n as "${CALL_COLUMN}", answer.* from jsonb_to_recordset($1::jsonb) as calls (n int, ${fields.join(', ')})
    cross join lateral (select * from (${inner}) one offset 0) answer`;
  mergeRules.set(sql, {
    merge: (calls) => [merged, [JSON.stringify(calls.map(({ params }, n) => ({ n, ...named(params) })))]],
    split(rows, calls) {
      const byCall = Map.groupBy(rows, (row) => row[CALL_COLUMN]);
      return calls.map((_, n) => (byCall.get(n) ?? []).map(withoutCall));
    },
  });
  return sql;
}

const withoutCall = ({ [CALL_COLUMN]: _, ...row }: Row): object => row;

const named = (params: readonly unknown[]): object =>
  Object.fromEntries(params.map((value, index) => [`p${index + 1}`, value]));

const ranks = new Map<string, number>();

/**
 * Declares a statement that takes locks, with its rank in the order of all locks. Among callers that share a connection
 * it waits until each of them has ended or has reached such a statement. The statements of the lowest rank then run
 * first, sorted by their parameters, so two groups take locks of one statement in the same order. Different statements
 * of one rank can still deadlock: Postgres then aborts one of the two groups, and its members are repeated.
 * @returns the statement
 */
export function ranked(sql: string, rank: number): string {
  ranks.set(sql, rank);
  return sql;
}

/** One of several callers that share a connection. */
export interface Caller {
  run: Query;
  /** Declares that no more statements follow. */
  end(): void;
}

interface CallerQueue {
  queue: Call[];
  isEnded: boolean;
}

/**
 * Runs the statements of several callers on one connection. Each caller's statements run in their own order. Equal
 * statements of different callers, sent in the same turn of the event loop, are merged if they are declared mergeable.
 */
export function mergingRuns(run: Query): { caller(): Caller } {
  const callers: CallerQueue[] = [];
  let isScheduled = false;
  function flush(): void {
    isScheduled = false;
    for (let batch = takeBatch(callers); batch.length > 0; batch = takeBatch(callers)) {
      for (const [sql, calls] of Map.groupBy(batch, ({ sql }) => sql)) send(run, sql, calls);
    }
  }
  function schedule(): void {
    if (!isScheduled) setImmediate(flush);
    isScheduled = true;
  }
  return {
    caller() {
      const caller: CallerQueue = { queue: [], isEnded: false };
      callers.push(caller);
      return {
        run: <R extends object>(sql: string, params: readonly unknown[]) =>
          new Promise<R[]>((resolve, reject) => {
            caller.queue.push({ sql, params, resolve: (rows) => resolve(rows as R[]), reject });
            schedule();
          }),
        end() {
          caller.isEnded = true;
          schedule();
        },
      };
    },
  };
}

/** Takes the next statement of each caller; a ranked one only when all callers have reached one or have ended. */
function takeBatch(callers: readonly CallerQueue[]): Call[] {
  const rankOf = ({ queue: [head] }: CallerQueue): number | undefined => head && ranks.get(head.sql);
  const free = callers.filter((caller) => caller.queue.length > 0 && rankOf(caller) === undefined);
  if (free.length > 0) return free.flatMap(({ queue }) => queue.shift() ?? []);
  const waiting = callers.filter(({ queue }) => queue.length > 0);
  if (callers.some(({ queue, isEnded }) => queue.length === 0 && !isEnded)) return [];
  const lowest = Math.min(...waiting.map((caller) => rankOf(caller) ?? 0));
  const first = waiting.filter((caller) => rankOf(caller) === lowest);
  return first.flatMap(({ queue }) => queue.shift() ?? []).sort((a, b) => (textOfParams(a) < textOfParams(b) ? -1 : 1));
}

const textOfParams = ({ params }: Call): string => JSON.stringify(params);

/**
 * Runs independent statements outside of transactions: mergeable statements sent in the same turn of the event loop are
 * merged.
 */
export function mergingReads(run: Query): Query {
  let due: Call[] = [];
  function flush(): void {
    const calls = due;
    due = [];
    for (const [sql, same] of Map.groupBy(calls, ({ sql }) => sql)) send(run, sql, same);
  }
  return <R extends object>(sql: string, params: readonly unknown[]) => {
    if (!mergeRules.has(sql)) return run<R>(sql, params);
    return new Promise<R[]>((resolve, reject) => {
      if (due.push({ sql, params, resolve: (rows) => resolve(rows as R[]), reject }) === 1) setImmediate(flush);
    });
  };
}

function send(run: Query, sql: string, calls: readonly Call[]): void {
  const rule = mergeRules.get(sql);
  if (!rule || calls.length === 1) {
    for (const { params, resolve, reject } of calls) run(sql, params).then(resolve, reject);
    return;
  }
  run<Row>(...rule.merge(calls)).then(
    (rows) => {
      const split = rule.split(rows, calls);
      for (const [index, call] of calls.entries()) call.resolve(split[index] ?? []);
    },
    (error) => {
      for (const call of calls) call.reject(error);
    },
  );
}
