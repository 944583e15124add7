/** A payment intent in the provider's books; amounts in paise. */
interface ProviderIntent {
  id: string;
  checkoutId: string | null;
  status: string;
  amountReceived: number;
  amountRefunded: number;
}

interface OwnPayment {
  intentId: string | null;
  status: string;
  captured: number;
  refunded: number;
}

export type BookDifference =
  | 'provider.unknown-intent'
  | 'provider.second-charge'
  | 'provider.success-missed'
  | 'provider.amount-differs'
  | 'provider.refund-missed'
  | 'provider.refund-missing';

/** Compares an intent of the provider with our payment of its checkout; returns undefined if they agree. */
export function compareIntent(theirs: ProviderIntent, ours: OwnPayment | undefined): BookDifference | undefined {
  const hasOurMoney = theirs.status === 'succeeded' && theirs.amountRefunded < theirs.amountReceived;
  if (!ours) return hasOurMoney ? 'provider.unknown-intent' : undefined;
  if (ours.intentId !== null && ours.intentId !== theirs.id) return hasOurMoney ? 'provider.second-charge' : undefined;
  if (ours.status !== 'succeeded') return theirs.status === 'succeeded' ? 'provider.success-missed' : undefined;
  if (theirs.amountReceived !== ours.captured) return 'provider.amount-differs';
  if (theirs.amountRefunded > ours.refunded) return 'provider.refund-missed';
  return theirs.amountRefunded < ours.refunded ? 'provider.refund-missing' : undefined;
}
