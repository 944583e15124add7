import { defineEntity, p } from '@mikro-orm/core';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId, uuidv7Floor } from '../../infra/ids.ts';
import { recordChanges } from '../verification/checkpoint.ts';

/** The phases of a run in their order; only a full run has the phase `whole`. */
const PHASES = ['waiting', 'checkouts', 'variants', 'events', 'intents', 'whole', 'settle'] as const;
export type Phase = (typeof PHASES)[number];
/** The phases whose start follows from earlier runs. */
const REQUIRED_PHASES: readonly Phase[] = ['waiting', 'checkouts', 'variants', 'events', 'intents'];

const RunSchema = defineEntity({
  name: 'ReconciliationRun',
  tableName: 'reconciliation_runs',
  properties: {
    id: p.uuid().primary(),
    kind: p.string().$type<'recent' | 'full'>(),
    state: p.string().$type<'running' | 'done'>(),
    phase: p.text().$type<Phase>(),
    cursor: p.text().nullable(),
    checked: p.json<Partial<Record<Phase, number>>>(),
    counts: p.json<object>(),
    updatedAt: p.datetime(),
    finishedAt: p.datetime().nullable(),
  },
});

/** A running run, as its step reads it before the transaction. */
export interface Run extends Pick<ReconciliationRun, 'id' | 'kind' | 'phase'> {
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
 * SQL for the start of what a run checks. Recent runs begin before the start of the last run that ended, and overlap, so that
 * the next run finds what one missed. A run that skipped a phase does not count. A full run checks all rows of the shop, and
 * provider events for as long as the provider keeps them.
 */
const SINCE = `case $2 when 'full' then $5::timestamptz - interval '30 days' else greatest($5::timestamptz - interval '30 days', coalesce(
    (select max(started_at) - interval '6 hours' from reconciliation_runs where state = 'done' and phase <> 'given up' and checked ?& $6),
    $5::timestamptz - interval '2 days')) end`;

/** A run without progress for this long goes on (a full one) or is given up, so that it does not block later runs. */
export const STALL_TIMEOUT = `interval '30 minutes'`;

/**
 * Commands to continue a run that wait in the outbox before it is no longer taken over. Each takeover adds one, and they stay
 * while the run makes no progress.
 */
const MOST_COMMANDS = 3;

/** A run over all records, phase by phase. */
export class ReconciliationRun extends RunSchema.class {
  /** Starts a run. @returns its id; undefined while another run is active */
  static async start(
    tx: Tx,
    { kind, startedBy }: { kind: Run['kind']; startedBy: string },
  ): Promise<string | undefined> {
    await tx.query(
      `update reconciliation_runs set state = 'done', phase = 'given up', finished_at = $1, updated_at = $1
        where state = 'running' and updated_at < $1::timestamptz - ${STALL_TIMEOUT}`,
      [tx.now],
    );
    // Its end moves the opening balances of stock.
    if (kind === 'full') await recordChanges(tx.query);
    // A unique index allows one active run: a second insert does nothing, instead of a failure.
    const [run] = await tx.query<{ id: string }>(
      `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at)
        select $1::uuid, $2, $3, 'running', $4, ${SINCE}, $5, $5 on conflict do nothing returning id`,
      [newId(), kind, startedBy, PHASES[0], tx.now, REQUIRED_PHASES],
    );
    return run?.id;
  }

  /**
   * Takes over a full run that stands still, at its stored position, unless takeovers did not help. @returns its id; undefined
   * if there is none
   */
  static async resume(tx: Tx): Promise<string | undefined> {
    const [run] = await tx.query<{ id: string }>(
      `update reconciliation_runs set updated_at = $1
        where state = 'running' and kind = 'full' and updated_at < $1::timestamptz - ${STALL_TIMEOUT}
          and (select count(*) from outbox where payload ->> 'runId' = reconciliation_runs.id::text) < $2 returning id`,
      [tx.now, MOST_COMMANDS],
    );
    return run?.id;
  }

  /** Loads and locks a run. @returns null if it has advanced since it was read */
  static lock(tx: Tx, { id, phase, cursor }: Run): Promise<ReconciliationRun | null> {
    return tx.lock(ReconciliationRun, { id, state: 'running', phase, cursor });
  }

  /** Stores the progress; a null `cursor` ends the phase. @returns false if the run has no next phase */
  advance({ cursor, checked }: { cursor: string | null; checked: number }, now: Date): boolean {
    const { phase } = this;
    const next = cursor === null ? this.nextPhase() : phase;
    this.checked = { ...this.checked, [phase]: (this.checked[phase] ?? 0) + checked };
    Object.assign(this, { phase: next ?? phase, cursor, updatedAt: now });
    return next !== undefined;
  }

  /** Ends the phase without its result: it is missing in `checked`. @returns false if the run has no next phase */
  skipPhase(now: Date): boolean {
    const { [this.phase]: _, ...checked } = this.checked;
    const next = this.nextPhase();
    Object.assign(this, { checked, phase: next ?? this.phase, cursor: null, updatedAt: now });
    return next !== undefined;
  }

  private nextPhase(): Phase | undefined {
    const phases = PHASES.filter((each) => each !== 'whole' || this.kind === 'full');
    return phases[phases.indexOf(this.phase) + 1];
  }

  /** Ends the run and stores its counts. Discrepancies that a full run did not find again become `gone`. */
  async finish(tx: Tx): Promise<void> {
    const gone = `update discrepancies set state = 'gone', decided_at = $2 where state = 'person' and last_run_id <> $1`;
    if (this.kind === 'full') await tx.query(gone, [this.id, tx.now]);
    const [counts] = await tx.query(
      `select count(*) filter (where run_id = $1)::int as found, count(*) filter (where run_id = $1 and state = 'healed')::int as healed,
          count(*) filter (where run_id = $1 and state = 'person')::int as person, count(*) filter (where run_id <> $1)::int as known
        from discrepancies where last_run_id = $1`,
      [this.id],
    );
    Object.assign(this, { state: 'done', counts, finishedAt: tx.now, updatedAt: tx.now });
  }
}
RunSchema.setClass(ReconciliationRun);

export async function findRun(query: Query, id: string): Promise<Run | undefined> {
  const [run] = await query<Run>(`select ${COLUMNS} from reconciliation_runs where id = $1 and state = 'running'`, [
    id,
  ]);
  return run;
}

/** The id after which a run starts. Ids are UUIDv7, so the start of a recent run follows from `since`. */
export const firstIdOf = ({ kind, since }: Pick<Run, 'kind' | 'since'>): string =>
  kind === 'full' ? uuidv7Floor(new Date(0)) : uuidv7Floor(since);
