import { RULES } from '../../src/domain/reconciliation.ts';
import { INVARIANTS } from '../../src/entities/invariants/every.ts';
import { scopeOf } from '../../src/entities/reconciliation/scopes.ts';
import { codes, table } from './table.ts';

const PHASE = {
  waiting: 'at once, by index',
  checkouts: 'checkouts, 200 at a time',
  variants: 'variants, 200 at a time',
  whole: 'full runs only',
} as const;

/** Where a kind is looked for. */
function phaseOf(kind: string): string {
  const invariant = INVARIANTS.find(({ name }) => name === kind);
  if (invariant) return PHASE[scopeOf(invariant)];
  return kind.startsWith('provider.') ? 'the lists of the provider' : PHASE.checkouts;
}

/** docs/reconciliation.md: every kind of discrepancy, and what is done about it. */
export function reconciliationPage(): string {
  const rows = Object.entries(RULES).map(([kind, { severity, heals, rule }]) => {
    return [codes([kind]), severity, heals ? 'heals' : 'a person', phaseOf(kind), rule];
  });
  return `${[
    '# Reconciliation',
    `Money, stock and orders are compared with each other, and with the provider. Made from \`src/domain/reconciliation.ts\` by \`bin/states\`.`,
    '## When, and how',
    `Every quarter of an hour a *recent* run looks at what moved in the last two days, every night at 03:40 (Indian time) a *full* one at
everything, and as far back as the provider keeps events. \`POST /api/v1/admin/reconciliation/runs\` starts one now. One run goes on at a
time: a tick that is doubled, or comes while a run goes on, begins nothing; one that is missed is made up by the next.`,
    `A run goes through its phases a batch at a time. Each batch is one job and one transaction that reads, writes down what it found, and
where it goes on: a worker that is killed leaves the run where it was. A run that gets no further for half an hour is given up by the next. A phase
that fails three times, or whose provider is away for a minute, ends itself: the run goes on with the next one, and the failure is a
discrepancy of its own. The invariants of [bin/verify](verify.md) are asked about the rows of the
batch alone, so a step takes some tens of milliseconds beside live traffic. Of the provider events and intents are listed, newest first;
what is younger than a minute is left to the next run, unless a person started this one. A payment of ours that is not listed,
as one that was opened long after its checkout, is asked for by itself before it counts as missing.`,
    `What is found is stored with its ids and numbers (\`GET …/discrepancies\`, \`GET …/runs/{id}/report\`, also as CSV) and logged as
\`discrepancy.found\`. What is found again is the same discrepancy. A healing rule is carried out by a job of its own, under the same locks
as any other change, after asking the provider where that is needed; when the rule does not fit the facts, nothing is changed and a person
looks. \`POST …/discrepancies/{id}/resolve\` says that somebody has; what a full run does not see again is \`gone\`.`,
    '## Every kind, and what is done about it',
    'Nothing is healed by guess: what is not written here is left to a person, with the facts side by side.',
    table(['kind', 'severity', 'who acts', 'looked for in', 'what is done, or looked at'], rows),
  ].join('\n\n')}\n`;
}
