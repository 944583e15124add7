import { z } from 'zod';
import type { Discrepancy } from '../../../entities/reconciliation/discrepancy.ts';
import type { RowOf } from '../../fields/row-of.ts';

const instant = z.iso.datetime();

export const runSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(['recent', 'full']),
    startedBy: z.string(),
    state: z.enum(['running', 'done']),
    phase: z.string(),
    checked: z.record(z.string(), z.int()).meta({ description: 'Rows that each phase has checked.' }),
    counts: z.record(z.string(), z.int()).meta({
      description:
        '`found`: new discrepancies, of which `healed` were repaired and `person` need a decision; `known`: still open from an earlier run.',
    }),
    startedAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'ReconciliationRun' });

export const RUN_COLUMNS = `id, kind, started_by as "startedBy", state, phase, checked, counts, started_at as "startedAt",
  finished_at as "finishedAt"`;

export const discrepancySchema = z
  .object({
    id: z.uuid(),
    runId: z.uuid(),
    kind: z.string(),
    severity: z.enum(['critical', 'warning']),
    subject: z.string(),
    facts: z.record(z.string(), z.unknown()).meta({ description: 'The ids and values that disagree.' }),
    state: z.enum(['healing', 'healed', 'person', 'resolved', 'gone']),
    rule: z.string().meta({ description: 'How the system repairs this kind, or what a person must check.' }),
    action: z.string().nullable().meta({ description: 'The repair that was made; null if none.' }),
    note: z.string().nullable(),
    foundAt: instant,
    seenAt: instant,
    decidedAt: instant.nullable(),
    decidedBy: z.string().nullable(),
  })
  .meta({ id: 'Discrepancy' });

export type DiscrepancyRow = Omit<RowOf<typeof discrepancySchema>, 'rule'>;

export const DISCREPANCY_COLUMNS = `id, run_id as "runId", kind, severity, subject, facts, state, action, note,
  found_at as "foundAt", seen_at as "seenAt", decided_at as "decidedAt", decided_by as "decidedBy"`;

/** The view of a loaded discrepancy, in the order of `DISCREPANCY_COLUMNS`. */
export const discrepancyOf = (discrepancy: Discrepancy) => {
  const { id, runId, kind, severity, subject, facts, state, action, note } = discrepancy;
  const { foundAt, seenAt, decidedAt, decidedBy } = discrepancy;
  return { id, runId, kind, severity, subject, facts, state, action, note, foundAt, seenAt, decidedAt, decidedBy };
};
