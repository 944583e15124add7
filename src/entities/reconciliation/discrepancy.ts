import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import { ruleOf, subjectOf } from '../../domain/reconciliation.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

/** A mismatch that a run found, with the ids and numbers. */
export interface FoundRow {
  kind: string;
  facts: object;
  /** The action that healed it at once. */
  action?: string;
}

type Facts = Record<string, string | number | null>;

const DiscrepancySchema = defineEntity({
  name: 'Discrepancy',
  tableName: 'discrepancies',
  properties: {
    id: p.uuid().primary(),
    runId: p.uuid(),
    kind: p.text(),
    severity: p.string().$type<'critical' | 'warning'>(),
    subject: p.text(),
    facts: p.json<Facts>(),
    state: p.string().$type<'healing' | 'healed' | 'person' | 'resolved' | 'gone'>(),
    action: p.text().nullable(),
    note: p.text().nullable(),
    foundAt: p.datetime(),
    seenAt: p.datetime(),
    decidedAt: p.datetime().nullable(),
    decidedBy: p.text().nullable(),
  },
});

/** A mismatch that a run has recorded. It is repaired (`healing`), or a person decides. */
export class Discrepancy extends DiscrepancySchema.class {
  /** Records the repair; null: it did not apply, and a person must decide. */
  recordRepair(action: string | null, now: Date): void {
    this.state = action === null ? 'person' : 'healed';
    this.action = action ?? 'the remedy does not apply';
    this.decidedAt = action === null ? null : now;
  }

  /** Records the decision of a person. */
  resolve({ note, by }: { note: string; by: string }, now: Date): void {
    Object.assign(this, { state: 'resolved', note, decidedAt: now, decidedBy: by });
  }

  /** Asks for the repair once more. @throws NO_REMEDY when the system has none for this kind */
  repairAgain(): void {
    if (!ruleOf(this.kind).heals) throw refused('NO_REMEDY', { kind: this.kind });
    this.state = 'healing';
  }
}
DiscrepancySchema.setClass(Discrepancy);

/** A discrepancy that is being repaired. */
export type FoundDiscrepancy = Pick<Discrepancy, 'id' | 'kind' | 'facts'>;

/** Records the findings of a run and updates discrepancies that are open already. @returns the ids to heal */
export async function recordFound(tx: Tx, runId: string, found: readonly FoundRow[]): Promise<string[]> {
  const rows = found.map(({ kind, facts, action = null }) => {
    const { severity, heals } = ruleOf(kind);
    const state = action === null ? (heals ? 'healing' : 'person') : 'healed';
    return { id: newId(), kind, subject: subjectOf(facts), severity, facts, state, action };
  });
  if (rows.length === 0) return [];
  const recorded = await tx.query<{ id: string; state: string; isNew: boolean }>(
    `insert into discrepancies (id, run_id, last_run_id, kind, subject, severity, facts, state, action, found_at, seen_at, decided_at)
      select distinct on (kind, subject) id, $1::uuid, $1::uuid, kind, subject, severity, facts, state, action, $3::timestamptz,
          $3::timestamptz, case when state = 'healed' then $3::timestamptz end
        from jsonb_to_recordset($2::jsonb) as r (id uuid, kind text, subject text, severity text, facts jsonb, state text, action text)
      on conflict (kind, subject) where state in ('healing', 'person')
        do update set last_run_id = excluded.last_run_id, seen_at = excluded.seen_at, facts = excluded.facts
      returning id, state, xmax = 0 as "isNew"`,
    [runId, JSON.stringify(rows), tx.now],
  );
  return recorded.filter(({ state }) => state === 'healing').map(({ id }) => id);
}

export async function loadDiscrepancy(query: Query, id: string): Promise<FoundDiscrepancy | undefined> {
  const [found] = await query<FoundDiscrepancy>(
    `select id, kind, facts from discrepancies where id = $1 and state = 'healing'`,
    [id],
  );
  return found;
}

/** Counts the discrepancies of a run that are still being healed. */
export async function countHealing(tx: Tx, runId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from discrepancies where last_run_id = $1 and state = 'healing'`,
    [runId],
  );
  return row?.count ?? 0;
}

/** Assigns the discrepancies that a run could not heal in time to a person. */
export const giveUpHealing = (tx: Tx, runId: string): Promise<object[]> =>
  tx.query(
    `update discrepancies set state = 'person', action = 'could not be healed in time' where last_run_id = $1 and state = 'healing'`,
    [runId],
  );
