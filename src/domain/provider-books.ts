/** How one payment stands in two books; amounts in paise. */
interface Theirs {
  id: string;
  checkoutId: string | null;
  status: string;
  amountReceived: number;
  amountRefunded: number;
}

interface Ours {
  intentId: string | null;
  status: string;
  captured: number;
  refunded: number;
}

export type Difference =
  | 'provider.unknown-intent'
  | 'provider.second-charge'
  | 'provider.success-missed'
  | 'provider.amount-differs'
  | 'provider.refund-missed'
  | 'provider.refund-missing';

/** What does not agree between an intent of the provider and our payment of its checkout; undefined when all does. */
export function compareIntent(theirs: Theirs, ours: Ours | undefined): Difference | undefined {
  const hasOurMoney = theirs.status === 'succeeded' && theirs.amountRefunded < theirs.amountReceived;
  if (!ours) return hasOurMoney ? 'provider.unknown-intent' : undefined;
  if (ours.intentId !== null && ours.intentId !== theirs.id) return hasOurMoney ? 'provider.second-charge' : undefined;
  if (ours.status !== 'succeeded') return theirs.status === 'succeeded' ? 'provider.success-missed' : undefined;
  if (theirs.amountReceived !== ours.captured) return 'provider.amount-differs';
  if (theirs.amountRefunded > ours.refunded) return 'provider.refund-missed';
  return theirs.amountRefunded < ours.refunded ? 'provider.refund-missing' : undefined;
}
