/** Runs one parameterised statement and returns its rows, in a transaction or directly on the pool. */
export type Query = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;
