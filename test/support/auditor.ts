import { randomUUID } from 'node:crypto';
import type { Books } from './books.ts';
import type { StaffClient } from './staff-client.ts';
import { waitFor } from './wait-for.ts';

export interface Run {
  id: string;
  state: string;
  counts: { found: number; healed: number; person: number; known: number };
  checked: Record<string, number>;
}

export interface Found {
  id: string;
  kind: string;
  subject: string;
  state: string;
  action: string | null;
  rule: string;
  facts: Record<string, unknown>;
}

/** Starts a run by hand and waits for its end, which takes the longer the more there is to compare. */
export async function reconcile(
  { ask }: Pick<StaffClient, 'ask'>,
  kind: 'recent' | 'full',
  withinMs = 60_000,
): Promise<Run> {
  const path = '/../admin/reconciliation/runs';
  const started = await waitFor('a run begins', async () => {
    const answer = await ask<Run>('POST', path, { body: { kind } });
    return answer.status === 202 && answer.body;
  });
  return waitFor(
    'the run is done',
    async () => {
      const { body } = await ask<Run>('GET', `${path}/${started.id}`);
      return body.state === 'done' && body;
    },
    withinMs,
  );
}

/**
 * Takes the place of the one active run, so that no scheduled run finds what a test plants: that of the test would not see
 * what is healed already. @returns a function that gives the place back
 */
export async function keepRunsAway({ query }: Pick<Books, 'query'>): Promise<() => Promise<unknown>> {
  const id = randomUUID();
  const take = `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at)
    values ($1, 'recent', 'test', 'running', 'intents', now(), now(), now()) on conflict do nothing returning id`;
  await waitFor('no run is active', async () => (await query(take, [id])).length === 1);
  return () => query('delete from reconciliation_runs where id = $1', [id]);
}

/** Everything that a run saw. */
export async function reportOf({ ask }: Pick<StaffClient, 'ask'>, { id }: Pick<Run, 'id'>): Promise<Found[]> {
  const found: Found[] = [];
  for (let cursor = ''; ; ) {
    const path = `/../admin/reconciliation/runs/${id}/report?limit=100${cursor}`;
    const { body } = await ask<{ data: Found[]; nextCursor: string | null }>('GET', path);
    found.push(...body.data);
    if (body.nextCursor === null) return found;
    cursor = `&cursor=${body.nextCursor}`;
  }
}
