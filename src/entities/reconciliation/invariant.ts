/** A condition that always holds, with the SQL statement that finds violations. */
export interface Invariant {
  name: string;
  /** The condition in one sentence. */
  says: string;
  /** Returns the violations, with the ids and the numbers that differ. Reads only. */
  sql: string;
  /** Finds the violations of what began since $1, a `timestamptz`: an incremental check runs it instead of `sql`. */
  recent?: string;
  /** An incremental check relies on it, and a full check proves it. */
  isOnlyFull?: boolean;
  /** The part of `sql` whose rows belong to checkouts, which `bin/verify` runs in batches, and the rest. */
  parts?: { checkouts: string; others?: string };
}

/** Unfinished work that is older than this counts as a violation. */
export const GRACE = `interval '10 min'`;
