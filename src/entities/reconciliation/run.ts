import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId, uuidv7Floor } from '../../infra/ids.ts';

/** What a run looks at, one after the other; `whole` only when it is a full one. */
export const PHASES = ['waiting', 'checkouts', 'variants', 'events', 'intents', 'whole', 'settle'] as const;
export type Phase = (typeof PHASES)[number];

export interface Run {
  id: string;
  kind: 'recent' | 'full';
  phase: Phase;
  /** Where the phase goes on. */
  cursor: string | null;
  /** What is older is looked at by full runs only. */
  since: Date;
  startedBy: string;
  startedAt: Date;
  /** When it came to where it is. */
  updatedAt: Date;
}

const COLUMNS = `id, kind, phase, cursor, since, started_by as "startedBy", started_at as "startedAt",
  updated_at as "updatedAt"`;
/** How far back a run looks, so that what one missed the next sees; a full one looks at everything of ours, and as far back as the provider keeps events. */
const BACK = `case $2 when 'full' then interval '30 days' else interval '2 days' end`;

/** A run that gets no further for so long is given up: what kept it must not keep those after it. */
const STALLED = `interval '30 minutes'`;

/** Begins a run. @returns its id; undefined while another one goes on */
export async function beginRun(
  tx: Tx,
  { kind, startedBy }: Pick<Run, 'kind'> & { startedBy: string },
): Promise<string | undefined> {
  await tx.query(
    `update reconciliation_runs set state = 'done', phase = 'given up', finished_at = $1, updated_at = $1
      where state = 'running' and updated_at < $1::timestamptz - ${STALLED}`,
    [tx.now],
  );
  const [run] = await tx.query<{ id: string }>(
    `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at)
      select $1::uuid, $2, $3, 'running', $4, $5::timestamptz - ${BACK}, $5, $5 on conflict do nothing returning id`,
    [newId(), kind, startedBy, PHASES[0], tx.now],
  );
  return run?.id;
}

export async function findRun(query: Query, id: string): Promise<Run | undefined> {
  const [run] = await query<Run>(`select ${COLUMNS} from reconciliation_runs where id = $1 and state = 'running'`, [
    id,
  ]);
  return run;
}

/** The run under its lock, unless somebody has taken it further meanwhile. */
export async function lockRun(tx: Tx, { id, phase, cursor }: Run): Promise<boolean> {
  const found = await tx.query(
    `select 1 from reconciliation_runs where id = $1 and state = 'running' and phase = $2 and cursor is not distinct from $3
      for update`,
    [id, phase, cursor],
  );
  return found.length > 0;
}

/** The id behind which a run begins: ids are UUIDv7, so of a recent run it is an instant. */
export const firstIdOf = ({ kind, since }: Pick<Run, 'kind' | 'since'>): string =>
  kind === 'full' ? uuidv7Floor(new Date(0)) : uuidv7Floor(since);

/** Takes a run to where it goes on. @returns whether it goes on at all */
export async function advanceRun(
  tx: Tx,
  run: Run,
  { cursor, checked }: { cursor: string | null; checked: number },
): Promise<boolean> {
  const phases = PHASES.filter((phase) => phase !== 'whole' || run.kind === 'full');
  const next = cursor === null ? phases[phases.indexOf(run.phase) + 1] : run.phase;
  await tx.query(
    `update reconciliation_runs set phase = coalesce($2, phase), cursor = $3, updated_at = $4,
        checked = jsonb_set(checked, array[$5], to_jsonb(coalesce((checked ->> $5)::bigint, 0) + $6)) where id = $1`,
    [run.id, next ?? null, cursor, tx.now, run.phase, checked],
  );
  return next !== undefined;
}

/** Ends a run, with what it found: what a full run did not see again is gone. */
export async function finishRun(tx: Tx, { id, kind }: Run): Promise<void> {
  if (kind === 'full') {
    await tx.query(
      `update discrepancies set state = 'gone', decided_at = $2 where state = 'person' and last_run_id <> $1`,
      [id, tx.now],
    );
  }
  await tx.query(
    `update reconciliation_runs set state = 'done', finished_at = $2, updated_at = $2, counts = (
        select jsonb_build_object('found', count(*) filter (where run_id = $1), 'healed', count(*) filter (where run_id = $1 and state = 'healed'),
            'person', count(*) filter (where run_id = $1 and state = 'person'), 'known', count(*) filter (where run_id <> $1))
          from discrepancies where last_run_id = $1) where id = $1`,
    [id, tx.now],
  );
}
