import { runsAll } from '../support/extent.ts';
import { whileAnalyticsAreAddedUp } from './analytics.ts';
import { whileCachesAreWarmed } from './caches.ts';
import { claimedLater } from './guest-orders.ts';
import { whileProductsAreImported } from './imports.ts';
import { calledOff, refundedByStaff, withInvoice } from './orders.ts';
import { asCustomer } from './people.ts';
import { foundByARun, whileRunsBegin } from './reconciliation.ts';
import { whileEndedCheckoutsGo } from './retention.ts';
import { reviewed } from './reviews.ts';
import {
  byCard,
  byWebhook,
  cancelled,
  declinedThenPaid,
  expired,
  lineByLine,
  paidAfterDecline,
  paidButCancelled,
  paidTooLate,
  type Scenario,
  unheard,
  whilePartitionsAreMade,
} from './scenarios.ts';
import { withSubscriber } from './subscriber.ts';

/** The processes that are killed while a scenario goes on, one after the other, each as `process:name`. */
export interface Case {
  kills: string[];
  scenario: Scenario;
}

const both = (name: string, what: 'commit' | 'call' | 'enqueue'): string[] => [
  `${name}.before-${what}`,
  `${name}.after-${what}`,
];

const ADVANCED = both('worker:checkout.advance', 'commit');
const EXECUTED = both('worker:payments.execute', 'commit');
const NOTICED = both('worker:payments.notices', 'commit');
const RECEIVED = both('web:webhook.receive', 'commit');
const OPENED = both('worker:payments.open', 'call');

const ONCE: [scenario: Scenario, failpoints: string[]][] = [
  [byCard, [...both('web:cart.create', 'commit'), ...both('web:checkout.start', 'commit')]],
  [byCard, [...both('web:commands', 'enqueue'), ...RECEIVED]],
  [byCard, [...ADVANCED, 'worker:checkout.advance.before-ack']],
  [
    byCard,
    [
      ...OPENED,
      ...EXECUTED,
      'worker:payments.execute.before-ack',
      'worker:payments.notices.before-ack',
      'worker:mail.tell.before-ack',
    ],
  ],
  [whilePartitionsAreMade, ['worker:reconciliation.partitions.before-ack']],
  [whileCachesAreWarmed, ['worker:caches.warm.before-ack', 'worker:caches.fade.before-ack']],
  [whileAnalyticsAreAddedUp, [...both('worker:reconciliation.analytics', 'commit')]],
  [whileAnalyticsAreAddedUp, [...both('worker:reconciliation.recount', 'commit')]],
  [
    whileAnalyticsAreAddedUp,
    ['worker:reconciliation.analytics.before-ack', 'worker:reconciliation.recount.before-ack'],
  ],
  [whileProductsAreImported, [...both('worker:imports.run', 'commit'), 'worker:imports.run.before-ack']],
  [calledOff, [...both('web:order.ask', 'commit'), ...both('worker:orders.refuse', 'commit')]],
  [calledOff, [...both('worker:orders.carry-out', 'commit'), 'worker:orders.carry-out.before-ack', ...EXECUTED]],
  [calledOff, both('worker:payments.refund', 'call')],
  [refundedByStaff, [...both('worker:payments.refunds', 'call'), ...NOTICED]],
  [withInvoice, [...both('worker:invoices.issue', 'commit'), 'worker:invoices.issue.before-ack']],
  [withInvoice, [...both('web:document.draw', 'commit'), ...both('worker:invoices.render', 'commit')]],
  [withInvoice, ['worker:invoices.render.before-ack']],
  [withSubscriber, [...both('worker:webhooks.post', 'call'), ...both('worker:webhooks.deliver', 'commit')]],
  [withSubscriber, ['worker:webhooks.deliver.before-ack']],
  [reviewed, [...both('web:review.submit', 'commit'), ...both('web:review.edit', 'commit')]],
  [reviewed, [...both('worker:reviews.moderate', 'commit'), 'worker:reviews.moderate.before-ack']],
  [reviewed, [...both('worker:reviews.try-policy', 'commit'), 'worker:reviews.try-policy.before-ack']],
  [reviewed, [...both('worker:reviews.recount', 'commit'), 'worker:reviews.recount.before-ack']],
  [whileEndedCheckoutsGo, [...both('worker:retention.reduce', 'commit'), ...both('worker:retention.remove', 'commit')]],
  [whileRunsBegin, both('worker:reconciliation.begin', 'commit')],
  [whileRunsBegin, ['worker:reconciliation.recent.before-ack', 'worker:reconciliation.full.before-ack']],
  [foundByARun, [...both('worker:reconciliation.continue', 'commit'), ...both('worker:payments.list', 'call')]],
  [foundByARun, [...both('worker:reconciliation.heal', 'commit'), 'worker:reconciliation.continue.before-ack']],
  [foundByARun, ['worker:reconciliation.heal.before-ack']],
  [lineByLine, both('web:cart.edit', 'commit')],
  [asCustomer, [...both('web:account.register', 'commit'), ...both('web:session.begin', 'commit')]],
  [asCustomer, [...both('web:session.refresh', 'commit'), ...both('web:session.revoke', 'commit')]],
  [asCustomer, [...both('web:account.change', 'commit'), ...both('web:admin.change', 'commit')]],
  [
    asCustomer,
    [...both('worker:mail.send', 'call'), ...both('worker:mail.send', 'commit'), 'worker:mail.send.before-ack'],
  ],
  [asCustomer, [...both('worker:mail.reset', 'commit'), 'worker:mail.reset.before-ack']],
  [claimedLater, [...both('worker:orders.claim', 'commit'), 'worker:orders.claim.before-ack']],
  [declinedThenPaid, ['worker:payments.open.after-call', ...EXECUTED]],
  [paidAfterDecline, both('web:checkout.pay', 'commit')],
  [paidAfterDecline, [...ADVANCED, ...both('worker:payments.confirm', 'call'), ...EXECUTED]],
  [cancelled, both('web:checkout.cancel', 'commit')],
  [cancelled, [...ADVANCED, ...both('worker:payments.cancel', 'call'), ...EXECUTED]],
  [expired, [...both('worker:sweeper.heal', 'commit'), 'worker:reconciliation.sweep.before-ack']],
  [expired, [...both('worker:commands', 'enqueue'), ...ADVANCED, 'worker:payments.cancel.after-call']],
  [byWebhook, [...RECEIVED, ...NOTICED, 'worker:payments.notices.before-ack']],
  [unheard, ['worker:sweeper.heal.after-commit', ...both('worker:payments.ask', 'call')]],
  [unheard, [...both('worker:payments.ask', 'commit'), 'worker:payments.ask.before-ack']],
  [paidButCancelled, ['worker:payments.cancel.after-call', ...EXECUTED]],
  [paidTooLate, [...NOTICED, ...both('worker:payments.refund', 'call'), ...EXECUTED]],
];

/** These are reached only on the way of what an earlier kill has left behind. */
const AFTER_OTHERS: [scenario: Scenario, before: string[], failpoints: string[]][] = [
  [byCard, ['web:commands.before-enqueue'], both('worker:relay.claim', 'commit')],
  [byCard, ['web:commands.before-enqueue'], ['worker:relay.claimed', 'worker:relay.delivered']],
  [byCard, ['worker:payments.open.after-call'], both('worker:payments.take-over', 'commit')],
  [paidTooLate, ['worker:payments.refund.after-call'], ['worker:payments.take-over.before-commit']],
  [
    byCard,
    ['worker:payments.open.before-call', 'worker:payments.execute.after-commit'],
    both('worker:payments.dismiss', 'commit'),
  ],
];

/** Every boundary in each scenario that passes it. */
export const EVERY: readonly Case[] = [
  ...ONCE.flatMap(([scenario, failpoints]) => failpoints.map((failpoint) => ({ scenario, kills: [failpoint] }))),
  ...AFTER_OTHERS.flatMap(([scenario, before, failpoints]) =>
    failpoints.map((failpoint) => ({ scenario, kills: [...before, failpoint] })),
  ),
];

/** The cases without which a boundary would not be tried. */
function oncePerBoundary(cases: readonly Case[]): Case[] {
  const tried = new Set<string>();
  return cases.filter(({ kills }) => {
    const isNew = kills.some((failpoint) => !tried.has(failpoint));
    for (const failpoint of kills) tried.add(failpoint);
    return isNew;
  });
}

/** With `--all` every case; else half of the boundaries of a purchase by card, and one in five of the others. */
export const CASES: readonly Case[] = runsAll
  ? EVERY
  : oncePerBoundary(EVERY).filter(({ scenario }, index) => index % (scenario === byCard ? 2 : 5) === 0);
