/** Runs one parameterised statement and answers its rows: in a transaction, or by the pool outside of one. */
export type Query = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;
