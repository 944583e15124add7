import type { Query } from '../query.ts';

/** A `run` that remembers what was done through it. */
export interface Watched {
  run: Query;
  hasWritten(): boolean;
  /** Whether a statement has failed, and the transaction with it. */
  isBroken(): boolean;
}

export function watch(run: Query): Watched {
  let hasWritten = false;
  let isBroken = false;
  return {
    hasWritten: () => hasWritten,
    isBroken: () => isBroken,
    run(sql, params) {
      hasWritten ||= writes(sql);
      const rows = run<never>(sql, params);
      rows.catch(() => {
        isBroken = true;
      });
      return rows;
    },
  };
}

const writing = new Map<string, boolean>();

/** Whether a statement changes rows; a row lock changes none. */
function writes(sql: string): boolean {
  const known = writing.get(sql);
  if (known !== undefined) return known;
  const found = /\b(insert\s+into|delete\s+from|update\s+\w+\s+(\w+\s+)?set)\b/i.test(sql);
  writing.set(sql, found);
  return found;
}
