import { RULES } from '../../src/domain/reconciliation.ts';
import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import { scopeOf } from '../../src/entities/reconciliation/scopes.ts';
import { codes, table } from './table.ts';

const PHASE = {
  waiting: 'at once, by index',
  checkouts: 'checkouts, 200 at a time',
  variants: 'variants, 200 at a time',
  whole: 'full runs only',
  recounted: 'a job of its own, each night',
} as const;

/** Returns the phase that checks a kind. */
function phaseOf(kind: string): string {
  const invariant = INVARIANTS.find(({ name }) => name === kind);
  if (invariant) return PHASE[scopeOf(invariant)];
  return kind.startsWith('provider.') ? 'the lists of the provider' : PHASE.checkouts;
}

/** Renders docs/reconciliation.md: every kind of discrepancy and its rule. */
export function reconciliationPage(): string {
  const rows = Object.entries(RULES).map(([kind, { severity, heals, rule }]) => {
    return [codes([kind]), severity, heals ? 'heals' : 'a person', phaseOf(kind), rule];
  });
  return `${[
    '# Reconciliation',
    `Money, stock and orders are compared with each other, and with the provider. Generated from \`src/domain/reconciliation.ts\` by \`bin/states\`.`,
    '## When, and how',
    `Every quarter of an hour a *recent* run checks what began since six hours before the start of the last run that finished
without skipping a phase; every night at 03:40
(Indian time) a *full* run checks everything, and as far back as the provider keeps events. \`POST /api/v1/admin/reconciliation/runs\` starts a run now. One run is active at a
time: a tick during a run starts nothing, and the next run makes up for a missed one.`,
    `A run processes its phases in batches. Each batch is one job and one transaction that reads, stores the discrepancies and
the position of the next batch: a killed worker does not lose progress. Invariants over whole tables are checked one by one, so no
transaction is long. A full run without progress for half an hour goes on where it stopped, at the next tick, twice at most: then the next run
replaces it, as it does a recent one. A phase
that fails three times, or whose provider is unavailable for a minute, ends: the run continues with the next phase, and the failure is a
discrepancy of its own. The invariants of [bin/verify](verify.md) are checked for the rows of the
batch only, so a step takes some tens of milliseconds beside live traffic. Events and intents of the provider are listed, newest first;
those younger than a minute are left to the next run, unless a person started this run. A recorded payment that is not listed,
e.g. because it was opened long after its checkout, is requested separately before it counts as missing.`,
    `A full run ends by moving the opening balances of stock (\`stock_openings\`) to eight days before it, so that recent runs add up later movements only, also
where nobody runs \`bin/verify\`. The full run compares all movements with levels and opening balances, so they hide nothing; a change of an older
movement is recorded, and its variant is added up from the first row.`,
    `Discrepancies are stored with their ids and numbers (\`GET …/discrepancies\`, \`GET …/runs/{id}/report\`, also as CSV) and logged as
\`discrepancy.found\`. A repeated finding is the same discrepancy. A separate job applies a healing rule, under the same locks
as any other change, after asking the provider where that is needed; if the rule does not fit the facts, nothing is changed and a person
checks. \`POST …/discrepancies/{id}/resolve\` marks it as resolved; a discrepancy that a full run does not find again is \`gone\`.`,
    '## Kinds and rules',
    'Only these rules heal automatically; a person decides everything else, with the facts side by side.',
    table(['kind', 'severity', 'who acts', 'phase', 'rule'], rows),
  ].join('\n\n')}\n`;
}
