/** A condition that always holds, with the SQL statement that finds violations. */
export interface Invariant {
  name: string;
  /** The condition in one sentence. */
  says: string;
  /** Returns the violations, with the ids and the numbers that differ. Reads only. */
  sql: string;
}

/** Unfinished work that is older than this counts as a violation. */
export const GRACE = `interval '10 min'`;
