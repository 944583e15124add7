import { AmountTooLarge, MOST_EXACT } from '../../domain/money/money.ts';
import { type SelectionProblem, selectionProblem } from '../../domain/pricing/bundles/selection.ts';
import type { PricingOutput } from '../../domain/pricing/output.ts';
import { isAboveQuote } from '../../domain/pricing/quote.ts';
import { type PricingSnapshot, snapshotOf } from '../../domain/pricing/snapshot.ts';
import { overLimit } from '../../entities/cart/order-limits.ts';
import type { Checkout } from '../../entities/checkout/checkout.ts';
import { loadCheckoutLines } from '../../entities/pricing/checkout-lines.ts';
import { loadPriced, type PricingContext } from '../../entities/pricing/context.ts';
import { idsOf, type LineRequest, linesOf, type Priced, pricingInputs } from '../../entities/pricing/priced.ts';
import { holdRedemptions, redemptionsOf } from '../../entities/pricing/redemption.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { WorkerDeps } from '../deps.ts';

/** Why a checkout cannot go on: a code of the error catalogue. */
export interface Refusal {
  reason: string;
  details: Record<string, unknown>;
}

/**
 * Prices what a checkout has frozen, as things are now, and holds the discounts that count; a checkout that is refused
 * gives them back on its way out. The counters of discounts are locked before the levels of stock, everywhere.
 */
export async function priceCheckout(deps: WorkerDeps, tx: Tx, checkout: Checkout): Promise<PricingSnapshot | Refusal> {
  const { customerId = null, redeemer = null, codes, shippingMethodId = null, placeOfSupply } = checkout;
  const wanted = await loadCheckoutLines(tx.query, checkout.id);
  const who = { customerId, redeemer, codes, shippingMethodId, now: tx.now };
  const { sellables, context } = await loadPriced(tx.query, deps, { ...idsOf(wanted), ...who });
  const refusal = unsellable({ wanted, sellables, context });
  if (refusal) return refusal;
  // A limit may have been set after the cart was filled.
  const over = overLimit(linesOf(wanted), { goods: sellables, order: deps.orderLimits });
  if (over) return refused(over.code, over.details);
  if (shippingMethodId !== null && !context.shipping) return refused('SHIPPING_METHOD_UNKNOWN', { shippingMethodId });
  const priced = { checkout, wanted, sellables, context, placeOfSupply, now: tx.now };
  const snapshot = await priceAndHold(deps, tx, priced).catch((error) => {
    if (error instanceof AmountTooLarge) return null;
    throw error;
  });
  if (!snapshot) return refused('ORDER_VALUE_EXCEEDED', { maxValue: MOST_EXACT });
  return unacceptable(checkout, { ...deps, context, output: snapshot.output }) ?? snapshot;
}

const refused = (reason: string, details: Record<string, unknown>): Refusal => ({ reason, details });

/** Something that has gone off sale since the cart was frozen. */
function unsellable({ wanted, sellables, context }: Pick<Priced, 'wanted' | 'sellables' | 'context'>): Refusal | null {
  for (const { isOnSale, variantId } of sellables.values()) {
    if (!isOnSale) return refused('VARIANT_NOT_FOUND', { variantId });
  }
  for (const one of wanted) {
    const problem = 'bundleId' in one && bundleProblem(context, one);
    if (problem) return problem;
  }
  return null;
}

function bundleProblem({ bundles }: PricingContext, one: Extract<LineRequest, { bundleId: string }>): Refusal | null {
  const { bundleId, selections } = one;
  const offer = bundles.find(({ id }) => id === bundleId);
  if (!offer?.isOnSale) return refused('BUNDLE_NOT_FOUND', { bundleId });
  const problem: SelectionProblem | null = selectionProblem(offer, selections);
  return problem && refused('BUNDLE_SELECTION_INVALID', { bundleId, ...problem });
}

/** Where others have used a discount up since it was read, or the same customer the first order, the cart is priced again without it. */
async function priceAndHold(
  deps: WorkerDeps,
  tx: Tx,
  { checkout, ...priced }: Priced & { checkout: Checkout },
): Promise<PricingSnapshot> {
  const { id: checkoutId, redeemer = null, currency } = checkout;
  const { context } = priced;
  for (;;) {
    const snapshot = snapshotOf(pricingInputs({ ...deps, currency }, priced));
    const redemptions = redemptionsOf(context.discounts, snapshot.output.discounts);
    const lost = await holdRedemptions(tx, { checkoutId, redeemer }, redemptions);
    if (lost === null) return snapshot;
    if (lost.firstOrder) context.isFirstOrder = false;
    for (const discount of context.discounts) if (lost.usedUp.includes(discount.id)) discount.usedUp = 'total';
  }
}

function unacceptable(
  { expectedTotal = null, quote = null, placeOfSupply }: Checkout,
  { context, output, sellerState }: { context: PricingContext; output: PricingOutput; sellerState: string },
): Refusal | null {
  if (context.shipping && !output.shipping) {
    return refused('ADDRESS_NOT_SERVED', { shippingMethodId: context.shipping.id, state: placeOfSupply });
  }
  const { total: actual } = output.totals;
  const isAbove = quote !== null && isAboveQuote(quote, output, { state: placeOfSupply, sellerState });
  const expected = expectedTotal ?? (isAbove ? quote.total : actual);
  if (expected === actual) return null;
  const lost = output.refusals.map(({ code, reason }) => ({ code, reason }));
  return refused('PRICE_CHANGED', { expected, actual, ...(lost.length > 0 && { refusedCodes: lost }) });
}
