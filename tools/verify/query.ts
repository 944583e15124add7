import { hash } from 'node:crypto';
import type pg from 'pg';
import type { Query } from '../../src/infra/database/query.ts';

/** Runs statements on the connection of `client`. It prepares each one with parameters once. */
export const queryOf =
  (client: Pick<pg.ClientBase, 'query'>): Query =>
  async <R extends object>(text: string, params: readonly unknown[]) => {
    const statement = { text, values: [...params], ...(params.length > 0 && { name: hash('sha1', text) }) };
    return (await client.query(statement)).rows as R[];
  };
