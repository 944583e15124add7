/** What is done about a kind of discrepancy; nothing is healed that is not written here. */
export interface Rule {
  severity: 'critical' | 'warning';
  /** Whether the system does something about it by itself; else it goes to a person with the facts. */
  heals: boolean;
  /** What is done, or what the person is to look at. */
  rule: string;
}

const critical = (rule: string): Rule => ({ severity: 'critical', heals: false, rule });
const warning = (rule: string): Rule => ({ severity: 'warning', heals: false, rule });
const healed = (rule: string, severity: Rule['severity'] = 'warning'): Rule => ({ severity, heals: true, rule });

/** Every kind of discrepancy: those of the laws, by the law's name, and those between the provider and us. */
export const RULES = {
  'checkouts.are-not-forgotten': healed(
    'The checkout gets the event that it waits for: its start, or its end when the deadline has passed; else the provider is asked.',
  ),
  'outbox.is-delivered': healed('The command is due at once; the relay delivers it.'),
  'webhooks.are-processed': healed('The event is due at once, and its worker is nudged.'),
  'operations.are-decided': healed(
    'The call is carried out again by its worker, which asks the provider first.',
    'critical',
  ),
  'orders.commands-are-decided': healed('The command is handed to its worker again.'),
  'partitions.are-there-in-time': healed('The months are made.', 'critical'),
  'documents.are-issued': healed('The invoice or credit note is noted as due and issued.'),
  'reservations.held-by-the-living': healed(
    'A checkout that is over gives its goods back; one past its deadline ends as EXPIRED.',
  ),
  'stock.reserved-is-held': healed(
    'When the movements say the same as the reservations, the level follows them. Else a person looks: a reservation may be lost.',
    'critical',
  ),
  'checkouts.hold-what-they-asked-for': healed(
    'When the level still counts the missing units as reserved, the reservation is written again. Else a person looks.',
    'critical',
  ),
  'payments.without-order-go-back': healed(
    'The checkout hears of the money again: it becomes an order, or all of it is refunded.',
    'critical',
  ),
  'carts.belong-to-their-checkout': healed(
    'A cart that says it is being checked out, without a live checkout, is open again. Else a person looks.',
  ),
  'redemptions.follow-their-checkout': healed(
    'A use that a checkout holds which is over is given back. Else a person looks.',
  ),
  'provider.event-missed': healed('The event is taken in as if it had been delivered.'),
  'provider.success-missed': healed(
    'The payment is taken into the books: the checkout becomes an order, or all of it is refunded.',
    'critical',
  ),
  'provider.refund-missed': healed('The refund is taken into the books, and the order hears of it.', 'critical'),
  'provider.second-charge': healed(
    'What was charged beside the payment of the checkout goes back, when the provider has that payment too. Else a person looks which of the two is the right one.',
    'critical',
  ),
  'provider.amount-differs': critical(
    'The provider received another amount than we booked: compare the intent with the payment, then book or refund by hand.',
  ),
  'provider.refund-missing': critical(
    'We booked a refund that the provider does not have: look at its refunds; the customer may still wait for the money.',
  ),
  'provider.payment-missing': critical(
    'We booked a payment that the provider does not know: look for the intent in its dashboard, in another account perhaps.',
  ),
  'provider.unknown-intent': warning(
    'The provider took money for a checkout that we do not have: it belongs to another system, or to a database that was restored.',
  ),
  'reconciliation.phase-failed': critical(
    'A run went on without this phase, so what it looks at was not compared: the log says why (`reconciliation.phase.failed`).',
  ),
  'pricing.replays': critical(
    'The stored price does not come out of its inputs again: the snapshot was changed, or an engine. Compare with `GET …/price`.',
  ),
  'stock.levels-are-their-movements': healed(
    'When only what is reserved differs, and the reservations say what the movements say, the level follows them. Else a person counts the shelf and corrects it with `POST …/inventory/adjust`.',
    'critical',
  ),
  'stock.every-variant-has-a-level': warning('Receive goods, or set its backorder limit: either opens the level.'),
  'reservations.consumed-by-orders': critical(
    'Goods left without an order, or an order without its goods: count the shelf.',
  ),
  'reservations.are-their-movements': critical(
    'The ledger does not tell what became of the reservation: count the shelf.',
  ),
  'redemptions.are-counted': warning(
    'Compare the counter with the redemptions; a discount may be used once too often or too rarely.',
  ),
  'redemptions.of-first-orders-come-once': warning(
    'Compare `first_orders` with the redemptions: a customer is refused a first order, or could have a second.',
  ),
  'redemptions.are-the-discounts-of-the-price': warning('Compare the redemptions with the price of the checkout.'),
  'checkouts.history-leads-to-the-state': critical(
    'A step is missing, or the state was changed by hand: `bin/replay` says where.',
  ),
  'checkouts.completed-have-their-order': critical(
    'A completed checkout has no order, or an order no completed checkout: `bin/replay` says how far it came.',
  ),
  'checkouts.price-is-the-snapshot': critical('Compare the total with the price; the customer saw the total.'),
  'orders.totals-are-their-lines': critical('Compare the order with its price (`GET …/price`).'),
  'orders.delivery-is-its-shares': critical('Compare the delivery of the order with its price (`GET …/price`).'),
  'orders.halves-are-equal': critical(
    'The invoice portal refuses unequal halves: compare the order with its price (`GET …/price`) before a document is issued.',
  ),
  'orders.lines-are-what-was-checked-out': critical(
    'Compare the order with the lines of its checkout before anything is sent.',
  ),
  'orders.have-a-number': critical('The order cannot be named: it needs a row in `order_numbers`.'),
  'orders.price-is-the-checkout': critical('Compare the order with its checkout and its payment.'),
  'orders.history-leads-to-the-state': critical(
    'A step is missing, or the state was changed by hand: `bin/replay` says where.',
  ),
  'orders.machine-is-the-lines': critical(
    'Compare the lines, shipments and refunds of the order; `bin/replay` says where the machine went another way.',
  ),
  'orders.units-are-accounted-for': critical('Compare the lines of the order with its shipments and returns.'),
  'orders.goods-are-back-on-the-shelf': critical(
    'Count the shelf: what was cancelled or came back was not put there, or twice.',
  ),
  'refunds.are-their-lines': critical('Compare the refund with its lines and with the calls of the provider.'),
  'documents.have-no-gap': critical(
    'A number of a series is missing: tell whoever does the taxes before the next return.',
  ),
  'documents.say-what-was-paid': critical('The document does not say what was paid: correct it by a credit note.'),
  'documents.sum-up-their-lines': critical(
    'The summary or the totals of the document are not its lines: the return must not be filed from it. Correct it by a credit note.',
  ),
  'documents.are-called-by-their-goods': critical(
    'The document is called by the wrong name for what it is about: tell the accountant, and correct it by a credit note.',
  ),
  'documents.credit-what-was-refunded': critical(
    'Compare the credit notes of the order with its refunds. A note that says too much lowers the tax that is owed: an accountant decides how it is corrected.',
  ),
  'documents.credit-no-more-than-a-line': critical(
    'More was credited of a line than it was invoiced for: compare its refunds. An accountant decides how it is corrected.',
  ),
  'documents.credit-no-more-than-the-invoice': critical(
    'The credit notes say more of an HSN code and rate than the invoice: compare them. An accountant decides how it is corrected.',
  ),
  'payments.pay-their-order': critical(
    'What was paid for the order, less its refunds, is not what the books say: compare both with the provider.',
  ),
  'payments.refunded-is-its-refunds': critical(
    'Compare the refunds of the payment with its calls and with the provider.',
  ),
  'payments.ask-for-the-total': critical('The provider was asked for another amount than the total of the checkout.'),
  'people.are-sealed': critical(
    'Something personal stands in clear: seal it with `bin/rotate-keys`, and find out who wrote it.',
  ),
  'people.erased-leave-nothing': critical('Erase what is left of the customer.'),
  'carts.belong-to-the-customer-of-their-checkouts': critical(
    'A checkout shows up in the account of somebody else: look at both before anything else.',
  ),
  'orders.belong-to-the-customer-of-their-checkout': critical(
    'An order shows up in the account of somebody else: look at both before anything else.',
  ),
  'reviews.statistics-are-their-reviews': healed('The statistics are counted anew.'),
  'reviews.helpful-are-their-votes': healed('The votes are counted anew.'),
  'reviews.are-judged': healed('The review is handed to moderation again.'),
  'reviews.history-leads-to-the-state': warning(
    'Somebody wrote to the database by hand: compare the review with its history.',
  ),
  'reviews.are-one-per-customer-and-variant': warning(
    'Delete one of the two reviews, or its key when there is no review.',
  ),
  'imports.account-for-each-row': warning('Read the report of the import and send the rows again that are missing.'),
} as const satisfies Record<string, Rule>;

export type DiscrepancyKind = keyof typeof RULES;

export const ruleOf = (kind: string): Rule =>
  RULES[kind as DiscrepancyKind] ?? critical('Look at the facts; there is no rule for it.');

/** What a finding is about, from its ids: the same finding has the same subject in every run. */
export function subjectOf(facts: object): string {
  const ids = Object.entries(facts).filter(([name]) =>
    /(^id|Id|^table|^column|^gstin|^year|^line|^hsn|^ratePercent|^counter|^phase)$/.test(name),
  );
  return ids
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
}
