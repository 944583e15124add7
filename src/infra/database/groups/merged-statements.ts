import type { Query } from '../query.ts';

interface Call {
  sql: string;
  params: readonly unknown[];
  resolve(rows: object[]): void;
  reject(error: unknown): void;
}

/** How calls of one statement become one. */
interface Form {
  merge(calls: readonly Call[]): [sql: string, params: unknown[]];
  /** Which of the rows are the call's. */
  rowsFor(rows: readonly Record<string, unknown>[], call: Call, index: number): object[];
}

const forms = new Map<string, Form>();

/**
 * Declares a statement whose only parameter is an array of keys: calls at the same time become one with all their keys.
 * Each call gets the rows whose `column` is one of its keys; without a column, each gets all rows.
 * @returns the statement
 */
export function forAnyKeys(sql: string, column?: string): string {
  if (forms.has(sql)) return sql;
  const keysOf = ({ params: [keys] }: Call) => keys as readonly unknown[];
  forms.set(sql, {
    merge: (calls) => [sql, [[...new Set(calls.flatMap(keysOf))]]],
    rowsFor(rows, call) {
      if (column === undefined) return [...rows];
      const keys = new Set(keysOf(call).map(textOf));
      return rows.filter((row) => keys.has(textOf(row[column])));
    },
  });
  return sql;
}

/** The server writes a UUID in lower case, however it was asked for. */
const textOf = (key: unknown): string => String(key).toLowerCase();

/**
 * Declares a statement whose only parameter is a JSON array of objects: calls at the same time become one with all their
 * objects. Each call gets the rows whose `id` is that of one of its objects.
 * @returns the statement
 */
export function forAnyRows(sql: string): string {
  const objectsOf = ({ params: [json] }: Call) => JSON.parse(json as string) as { id?: unknown }[];
  forms.set(sql, {
    merge: (calls) => [sql, [JSON.stringify(calls.flatMap(objectsOf))]],
    rowsFor(rows, call) {
      const ids = new Set(objectsOf(call).map(({ id }) => textOf(id)));
      return rows.filter(({ id }) => ids.has(textOf(id)));
    },
  });
  return sql;
}

/** Says of which call a row is. */
const CALL = '#call';

/**
 * Declares a statement that changes no row, with the types of its parameters: calls at the same time become one that runs it
 * for each of them.
 * @returns the statement
 */
export function forEachCall(sql: string, types: readonly string[]): string {
  const fields = types.map((type, index) => `p${index + 1} ${type}`);
  // The offset keeps Postgres from joining whole tables: each call has the plan that it has alone.
  const inner = sql.replace(/\$(\d+)/g, 'calls.p$1');
  const merged = `select calls.n as "${CALL}", answer.* from jsonb_to_recordset($1::jsonb) as calls (n int, ${fields.join(', ')})
    cross join lateral (select * from (${inner}) one offset 0) answer`;
  forms.set(sql, {
    merge: (calls) => [merged, [JSON.stringify(calls.map(({ params }, n) => ({ n, ...named(params) })))]],
    rowsFor: (rows, _call, index) => rows.filter((row) => Reflect.get(row, CALL) === index).map(withoutCall),
  });
  return sql;
}

const withoutCall = ({ [CALL]: _, ...row }: Record<string, unknown>): object => row;

const named = (params: readonly unknown[]): object =>
  Object.fromEntries(params.map((value, index) => [`p${index + 1}`, value]));

const ranks = new Map<string, number>();

/**
 * Declares a statement that takes locks, with its place in the order of all locks. Among callers who share a connection it
 * is held back until each of them has ended or has come to such a statement; those of the lowest rank then run first, sorted
 * by their parameters. So two groups take locks of one statement in the same order. Different statements of one rank can
 * still cross: Postgres ends one of the two groups then, and its members are repeated.
 * @returns the statement
 */
export function ranked(sql: string, rank: number): string {
  ranks.set(sql, rank);
  return sql;
}

/** One of several who share a connection. */
export interface Caller {
  run: Query;
  /** Says that no more statements come. */
  end(): void;
}

interface Place {
  queue: Call[];
  isEnded: boolean;
}

/**
 * Runs the statements of several callers on one connection. Each caller's statements run in the sequence in which they came;
 * equal ones of different callers, sent before the event loop turns, become one where they have a form for many.
 */
export function mergingRuns(run: Query): { caller(): Caller } {
  const places: Place[] = [];
  let isDue = false;
  function flush(): void {
    isDue = false;
    for (let heads = nextHeads(places); heads.length > 0; heads = nextHeads(places)) {
      for (const [sql, calls] of Map.groupBy(heads, ({ sql }) => sql)) send(run, sql, calls);
    }
  }
  function plan(): void {
    if (!isDue) setImmediate(flush);
    isDue = true;
  }
  return {
    caller() {
      const place: Place = { queue: [], isEnded: false };
      places.push(place);
      return {
        run: <R extends object>(sql: string, params: readonly unknown[]) =>
          new Promise<R[]>((resolve, reject) => {
            place.queue.push({ sql, params, resolve: (rows) => resolve(rows as R[]), reject });
            plan();
          }),
        end() {
          place.isEnded = true;
          plan();
        },
      };
    },
  };
}

/** Takes the next statement of each caller; one that takes locks only when all callers have come so far. */
function nextHeads(places: readonly Place[]): Call[] {
  const rankOf = ({ queue: [head] }: Place): number | undefined => head && ranks.get(head.sql);
  const free = places.filter((place) => place.queue.length > 0 && rankOf(place) === undefined);
  if (free.length > 0) return free.flatMap(({ queue }) => queue.shift() ?? []);
  const waiting = places.filter(({ queue }) => queue.length > 0);
  if (places.some(({ queue, isEnded }) => queue.length === 0 && !isEnded)) return [];
  const lowest = Math.min(...waiting.map((place) => rankOf(place) ?? 0));
  const first = waiting.filter((place) => rankOf(place) === lowest);
  return first.flatMap(({ queue }) => queue.shift() ?? []).sort((a, b) => (textOfParams(a) < textOfParams(b) ? -1 : 1));
}

const textOfParams = ({ params }: Call): string => JSON.stringify(params);

/**
 * Runs statements that depend on no other, outside of transactions: those with a form for many that come before the event
 * loop turns become one.
 */
export function mergingReads(run: Query): Query {
  let due: Call[] = [];
  function flush(): void {
    const calls = due;
    due = [];
    for (const [sql, same] of Map.groupBy(calls, ({ sql }) => sql)) send(run, sql, same);
  }
  return <R extends object>(sql: string, params: readonly unknown[]) => {
    if (!forms.has(sql)) return run<R>(sql, params);
    return new Promise<R[]>((resolve, reject) => {
      if (due.push({ sql, params, resolve: (rows) => resolve(rows as R[]), reject }) === 1) setImmediate(flush);
    });
  };
}

function send(run: Query, sql: string, calls: readonly Call[]): void {
  const form = forms.get(sql);
  if (!form || calls.length === 1) {
    for (const { params, resolve, reject } of calls) run(sql, params).then(resolve, reject);
    return;
  }
  run<Record<string, unknown>>(...form.merge(calls)).then(
    (rows) => {
      for (const [index, call] of calls.entries()) call.resolve(form.rowsFor(rows, call, index));
    },
    (error) => {
      for (const call of calls) call.reject(error);
    },
  );
}
