import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId, uuidv7Floor } from '../../infra/ids.ts';

/** The phases of a run in their order; only a full run has the phase `whole`. */
const PHASES = ['waiting', 'checkouts', 'variants', 'events', 'intents', 'whole', 'settle'] as const;
export type Phase = (typeof PHASES)[number];

export interface Run {
  id: string;
  kind: 'recent' | 'full';
  phase: Phase;
  /** The position within the phase; null at its start. */
  cursor: string | null;
  /** Recent runs skip older rows. */
  since: Date;
  startedBy: string;
  startedAt: Date;
  /** The time of the last progress. */
  updatedAt: Date;
}

const COLUMNS = `id, kind, phase, cursor, since, started_by as "startedBy", started_at as "startedAt",
  updated_at as "updatedAt"`;
/**
 * How far back a run checks. Recent runs overlap, so that the next run finds what one missed. A full run checks all rows of
 * the shop, and provider events for as long as the provider keeps them.
 */
const LOOKBACK = `case $2 when 'full' then interval '30 days' else interval '2 days' end`;

/** A run without progress for this long is given up, so that it does not block later runs. */
const STALL_TIMEOUT = `interval '30 minutes'`;

/** Starts a run. @returns its id; undefined while another run is active */
export async function beginRun(
  tx: Tx,
  { kind, startedBy }: Pick<Run, 'kind'> & { startedBy: string },
): Promise<string | undefined> {
  await tx.query(
    `update reconciliation_runs set state = 'done', phase = 'given up', finished_at = $1, updated_at = $1
      where state = 'running' and updated_at < $1::timestamptz - ${STALL_TIMEOUT}`,
    [tx.now],
  );
  const [run] = await tx.query<{ id: string }>(
    `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at)
      select $1::uuid, $2, $3, 'running', $4, $5::timestamptz - ${LOOKBACK}, $5, $5 on conflict do nothing returning id`,
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

/** Locks a run. @returns false if it has advanced since it was read */
export async function lockRun(tx: Tx, { id, phase, cursor }: Run): Promise<boolean> {
  const found = await tx.query(
    `select 1 from reconciliation_runs where id = $1 and state = 'running' and phase = $2 and cursor is not distinct from $3
      for update`,
    [id, phase, cursor],
  );
  return found.length > 0;
}

/** The id after which a run starts. Ids are UUIDv7, so the start of a recent run follows from `since`. */
export const firstIdOf = ({ kind, since }: Pick<Run, 'kind' | 'since'>): string =>
  kind === 'full' ? uuidv7Floor(new Date(0)) : uuidv7Floor(since);

/** Stores the progress of a run. @returns false if it has no next phase */
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

/** Ends a run and stores its counts. Discrepancies that a full run did not find again become `gone`. */
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
