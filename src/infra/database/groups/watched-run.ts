import type { Query } from '../query.ts';

/** A `run` that records whether its statements wrote or failed. */
export interface Watched {
  run: Query;
  hasWritten(): boolean;
  /** Whether a statement has failed, and so the whole transaction. */
  isBroken(): boolean;
}

export function watch(run: Query): Watched {
  let hasWritten = false;
  let isBroken = false;
  return {
    hasWritten: () => hasWritten,
    isBroken: () => isBroken,
    run(sql, params) {
      hasWritten ||= isWrite(sql);
      const rows = run<never>(sql, params);
      rows.catch(() => {
        isBroken = true;
      });
      return rows;
    },
  };
}

const isWriteByText = new Map<string, boolean>();

/** Whether a statement changes rows; a row lock changes none. */
function isWrite(sql: string): boolean {
  const cached = isWriteByText.get(sql);
  if (cached !== undefined) return cached;
  const result = /\b(insert\s+into|delete\s+from|update\s+\w+\s+(\w+\s+)?set)\b/i.test(sql);
  isWriteByText.set(sql, result);
  return result;
}
