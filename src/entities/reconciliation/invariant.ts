/** A conservation law: a statement that finds what breaks it. */
export interface Invariant {
  name: string;
  /** What always holds, in one sentence. */
  says: string;
  /** Rows that break the law, with the ids and the numbers that do not agree. Reads only. */
  sql: string;
}

/** How long work may be under way before it counts as forgotten. */
export const GRACE = `interval '10 min'`;
