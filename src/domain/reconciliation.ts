/** The rule for a kind of discrepancy. Only kinds with a rule that heals are repaired automatically. */
export interface Rule {
  severity: 'critical' | 'warning';
  /** Whether the system repairs it by itself; otherwise a person gets the facts. */
  heals: boolean;
  /** What the system does, or what the person has to check. */
  rule: string;
}

const critical = (rule: string): Rule => ({ severity: 'critical', heals: false, rule });
const warning = (rule: string): Rule => ({ severity: 'warning', heals: false, rule });
const healed = (rule: string, severity: Rule['severity'] = 'warning'): Rule => ({ severity, heals: true, rule });

/** Every kind of discrepancy: broken invariants, by name, and differences from the payment provider. */
export const RULES = {
  'checkouts.are-not-forgotten': healed(
    'The checkout receives the missing event: its start, or its expiry after the deadline. Otherwise the provider is asked.',
  ),
  'outbox.is-delivered': healed('The command becomes due at once, and the relay delivers it.'),
  'webhooks.are-processed': healed('The event becomes due at once, and its worker is notified.'),
  'operations.are-decided': healed('The worker repeats the call after it has asked the provider.', 'critical'),
  'orders.commands-are-decided': healed('The command is sent to its worker again.'),
  'partitions.are-there-in-time': healed('The missing monthly partitions are created.', 'critical'),
  'documents.are-issued': healed('The invoice or credit note is marked as due and issued.'),
  'reservations.held-by-the-living': healed(
    'An ended checkout releases its goods; a checkout past its deadline ends as EXPIRED.',
  ),
  'stock.reserved-is-held': healed(
    'If the movements agree with the reservations, the level is corrected to match. Otherwise a person checks: a reservation may be lost.',
    'critical',
  ),
  'checkouts.hold-what-they-asked-for': healed(
    'If the level still counts the missing units as reserved, the reservation is restored. Otherwise a person checks.',
    'critical',
  ),
  'payments.without-order-go-back': healed(
    'The checkout receives the payment event again: it becomes an order, or the payment is refunded in full.',
    'critical',
  ),
  'carts.belong-to-their-checkout': healed(
    'A cart in checkout without an active checkout is reopened. Otherwise a person checks.',
  ),
  'redemptions.follow-their-checkout': healed(
    'A discount use held by an ended checkout is released. Otherwise a person checks.',
  ),
  'provider.event-missed': healed('The event is processed as if it had been delivered.'),
  'provider.success-missed': healed(
    'The payment is recorded: the checkout becomes an order, or the payment is refunded in full.',
    'critical',
  ),
  'provider.refund-missed': healed('The refund is recorded, and the order is updated.', 'critical'),
  'provider.second-charge': healed(
    'The second charge is refunded if the provider also has the payment of the checkout. Otherwise a person decides which of the two is correct.',
    'critical',
  ),
  'provider.amount-differs': critical(
    'The provider received another amount than we recorded: compare the intent with the payment, then record or refund the difference manually.',
  ),
  'provider.refund-missing': critical(
    'We recorded a refund that the provider does not have: check its refunds; the customer may still wait for the money.',
  ),
  'provider.payment-missing': critical(
    'We recorded a payment that the provider does not have: look for the intent in its dashboard, perhaps in another account.',
  ),
  'provider.unknown-intent': warning(
    'The provider took money for a checkout that we do not have: it belongs to another system, or the database was restored from an older backup.',
  ),
  'reconciliation.phase-failed': critical(
    'The run continued without this phase, so its data was not compared. The log contains the reason (`reconciliation.phase.failed`).',
  ),
  'pricing.replays': critical(
    'Replaying the inputs gives another price than the stored one: the snapshot or an engine was changed. Compare with `GET …/price`.',
  ),
  'stock.levels-are-their-movements': healed(
    'If only the reserved quantity differs and the reservations agree with the movements, the level is corrected to match. Otherwise a person counts the stock and corrects it with `POST …/inventory/adjust`.',
    'critical',
  ),
  'stock.openings-are-their-movements': critical(
    'An old stock movement or an opening balance was changed manually: compare the levels with a count. `bin/verify --full` sums the openings up again.',
  ),
  'stock.every-variant-has-a-level': warning('Receive goods or set the backorder limit: both create the level.'),
  'reservations.consumed-by-orders': critical(
    'Goods left the stock without an order, or an order did not take its goods: count the stock.',
  ),
  'reservations.are-their-movements': critical(
    'The movements do not explain the outcome of the reservation: count the stock.',
  ),
  'redemptions.are-counted': warning(
    'Compare the counter with the redemptions; a discount may be usable once too often or once too rarely.',
  ),
  'redemptions.of-first-orders-come-once': warning(
    'Compare `first_orders` with the redemptions: a customer is refused a first-order discount, or could use it twice.',
  ),
  'redemptions.are-the-discounts-of-the-price': warning('Compare the redemptions with the price of the checkout.'),
  'checkouts.history-leads-to-the-state': critical(
    'A step is missing, or the state was changed manually: `bin/replay` shows where.',
  ),
  'checkouts.completed-have-their-order': critical(
    'A completed checkout has no order, or an order no completed checkout: `bin/replay` shows how far it came.',
  ),
  'checkouts.price-is-the-snapshot': critical('Compare the total with the price snapshot; the customer saw the total.'),
  'orders.totals-are-their-lines': critical('Compare the order with its price (`GET …/price`).'),
  'orders.delivery-is-its-shares': critical('Compare the delivery of the order with its price (`GET …/price`).'),
  'orders.halves-are-equal': critical(
    'The invoice portal refuses unequal halves: compare the order with its price (`GET …/price`) before a document is issued.',
  ),
  'orders.lines-are-what-was-checked-out': critical(
    'Compare the order with the lines of its checkout before shipping anything.',
  ),
  'orders.come-from-their-checkout': critical(
    'A row is missing or was changed manually: compare the order, its checkout and the stock movements.',
  ),
  'orders.have-a-number': critical('The order cannot be named: it needs a row in `order_numbers`.'),
  'orders.price-is-the-checkout': critical('Compare the order with its checkout and its payment.'),
  'orders.history-leads-to-the-state': critical(
    'A step is missing, or the state was changed manually: `bin/replay` shows where.',
  ),
  'orders.machine-is-the-lines': critical(
    'Compare the lines, shipments and refunds of the order; `bin/replay` shows where the state machine differs.',
  ),
  'orders.units-are-accounted-for': critical('Compare the lines of the order with its shipments and returns.'),
  'orders.goods-are-back-on-the-shelf': critical(
    'Count the stock: cancelled or returned goods were not restocked, or restocked twice.',
  ),
  'refunds.are-their-lines': critical('Compare the refund with its lines and with the calls of the provider.'),
  'documents.have-no-gap': critical(
    'A number of a series is missing: inform the accountant before the next tax return.',
  ),
  'documents.say-what-was-paid': critical('The document differs from the paid amount: correct it with a credit note.'),
  'documents.sum-up-their-lines': critical(
    'The summary or the totals of the document differ from its lines: do not file the tax return from it. Correct it with a credit note.',
  ),
  'documents.are-called-by-their-goods': critical(
    'The document has the wrong type for its goods: inform the accountant, and correct it with a credit note.',
  ),
  'documents.credit-what-was-refunded': critical(
    'Compare the credit notes of the order with its refunds. A credit note over too much lowers the tax that is owed: an accountant decides how to correct it.',
  ),
  'documents.credit-no-more-than-a-line': critical(
    'More was credited for a line than was invoiced: compare its refunds. An accountant decides how to correct it.',
  ),
  'documents.credit-no-more-than-the-invoice': critical(
    'The credit notes exceed the invoice for an HSN code and rate: compare them. An accountant decides how to correct it.',
  ),
  'payments.pay-their-order': critical(
    'The recorded payment of the order, minus its refunds, is wrong: compare both with the provider.',
  ),
  'payments.refunded-is-its-refunds': critical(
    'Compare the refunds of the payment with its calls and with the provider.',
  ),
  'payments.ask-for-the-total': critical(
    'The payment was requested for another amount than the total of the checkout.',
  ),
  'people.are-sealed': critical(
    'Personal data is stored unencrypted: encrypt it with `bin/rotate-keys`, and find out which code wrote it.',
  ),
  'people.erased-leave-nothing': critical('Erase the remaining personal data of the customer.'),
  'people.are-out-of-ended-checkouts': critical(
    'Check why the retention job does not anonymise the checkout, then let it run.',
  ),
  'people.emptied-checkouts-lead-to-nobody': critical(
    'Empty the email index and the redeemer of the checkout: they lead to a person.',
  ),
  'carts.belong-to-the-customer-of-their-checkouts': critical(
    'A checkout appears in the account of another customer: check both first.',
  ),
  'orders.belong-to-the-customer-of-their-checkout': critical(
    'An order appears in the account of another customer: check both first.',
  ),
  'reviews.statistics-are-their-reviews': healed('The statistics are counted again.'),
  'reviews.helpful-are-their-votes': healed('The votes are counted again.'),
  'reviews.are-judged': healed('The review is sent to moderation again.'),
  'reviews.history-leads-to-the-state': warning(
    'The database was changed manually: compare the review with its history.',
  ),
  'reviews.are-one-per-customer-and-variant': warning(
    'Delete one of the two reviews, or its key when there is no review.',
  ),
  'imports.account-for-each-row': warning('Read the report of the import and import the missing rows again.'),
} as const satisfies Record<string, Rule>;

export type DiscrepancyKind = keyof typeof RULES;

export const ruleOf = (kind: string): Rule =>
  RULES[kind as DiscrepancyKind] ?? critical('There is no rule for this kind: check the facts.');

/** Builds the subject of a discrepancy from its ids: the same discrepancy has the same subject in every run. */
export function subjectOf(facts: object): string {
  const ids = Object.entries(facts).filter(([name]) =>
    /(^id|Id|^table|^column|^gstin|^year|^line|^hsn|^ratePercent|^counter|^phase)$/.test(name),
  );
  return ids
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
}
