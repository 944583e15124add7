import { uuidv7Floor } from '../../../infra/ids.ts';

/** A condition with one parameter, `?`, which may stand several times. */
export type Condition = readonly [sql: string, value: unknown];

/** The rows of one page of a list: up to `limit` rows with ids below `before`, created in a range of days. */
export interface ListPage {
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  until?: Date | undefined;
  before: string | null;
  limit: number;
}

/** Limits the column of a UUIDv7 id, which contains the time of creation, to the rows of a page. */
export function pageConditions(id: string, { from, until, before }: ListPage): Condition[] {
  const conditions: Condition[] = [];
  if (from) conditions.push([`${id} >= ?::uuid`, uuidv7Floor(from)]);
  if (until) conditions.push([`${id} < ?::uuid`, uuidv7Floor(until)]);
  if (before !== null) conditions.push([`${id} < ?::uuid`, before]);
  return conditions;
}

/** Compares a column with a value; no condition when the value is undefined. */
export const equals = (column: string, value: unknown): Condition[] =>
  value === undefined ? [] : [[`${column} = ?`, value]];

/** Joins the conditions; their parameters follow `$1`, which is the limit. */
export const whereOf = (conditions: readonly Condition[]): string =>
  conditions.map(([sql], index) => sql.replaceAll('?', `$${index + 2}`)).join(' and ') || 'true';
