import { AmountTooLarge, MOST_EXACT } from '../../domain/money/money.ts';
import { type SelectionProblem, selectionProblem } from '../../domain/pricing/bundles/selection.ts';
import type { PricingOutput } from '../../domain/pricing/output.ts';
import { isAboveQuote } from '../../domain/pricing/quote.ts';
import { type PricingSnapshot, snapshotOf } from '../../domain/pricing/snapshot.ts';
import { findExceededLimit } from '../../entities/cart/order-limits.ts';
import { type ListedGoods, loadGoodsOfCheckout } from '../../entities/catalogue/sellable.ts';
import type { Checkout } from '../../entities/checkout/checkout.ts';
import { latestAttempt, type PaymentAttempt } from '../../entities/payment/attempt.ts';
import { loadCheckoutLines } from '../../entities/pricing/checkout-lines.ts';
import { loadGoodsForPricing, type PricingContext } from '../../entities/pricing/goods-for-pricing.ts';
import {
  idsOf,
  type LineRequest,
  linesOf,
  type PricingRequest,
  pricingInputs,
} from '../../entities/pricing/pricing-request.ts';
import { holdRedemptions, redemptionsOf } from '../../entities/pricing/redemption.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { WorkerDeps } from '../deps.ts';

/** Why a checkout fails: `reason` is a code of the error catalogue. */
export interface Refusal {
  reason: string;
  details: Record<string, unknown>;
}

/** What a checkout orders, read before it is priced. */
export interface CheckoutRequest {
  lineRequests: LineRequest[];
  goods: ListedGoods[];
  /** The latest attempt to pay; undefined without a payment method. */
  attempt: PaymentAttempt | undefined;
}

/** Reads what a checkout orders, behind the lock of the checkout. */
export async function loadRequest(tx: Tx, checkoutId: string): Promise<CheckoutRequest> {
  const [lineRequests, goods, attempt] = await Promise.all([
    loadCheckoutLines(tx.query, checkoutId),
    loadGoodsOfCheckout(tx.query, checkoutId),
    latestAttempt(tx, checkoutId),
  ]);
  return { lineRequests, goods, attempt };
}

/**
 * Prices the lines of a checkout with the current catalogue, and holds one use of each applied discount. A checkout
 * that fails releases these uses at its end. It locks discount counters before stock levels (`LOCK_ORDER`).
 */
export async function priceCheckout(
  deps: WorkerDeps,
  tx: Tx,
  { checkout, lineRequests, goods: loaded }: Pick<CheckoutRequest, 'lineRequests' | 'goods'> & { checkout: Checkout },
): Promise<PricingSnapshot | Refusal> {
  const { customerId = null, redeemer = null, codes, shippingMethodId = null, placeOfSupply } = checkout;
  const who = { customerId, redeemer, codes, shippingMethodId, now: tx.now };
  const { sellables, context } = await loadGoodsForPricing(tx.query, deps, { ...idsOf(lineRequests), loaded, ...who });
  const refusal = checkAvailability({ lineRequests, sellables, context });
  if (refusal) return refusal;
  // A limit may be newer than the cart.
  const excess = findExceededLimit(linesOf(lineRequests), { goods: sellables, order: deps.orderLimits });
  if (excess) return refusalOf(excess.code, excess.details);
  if (shippingMethodId !== null && !context.shipping) return refusalOf('SHIPPING_METHOD_UNKNOWN', { shippingMethodId });
  const priced = { checkout, lineRequests, sellables, context, placeOfSupply, now: tx.now };
  const snapshot = await priceAndHold(deps, tx, priced).catch((error) => {
    if (error instanceof AmountTooLarge) return null;
    throw error;
  });
  if (!snapshot) return refusalOf('ORDER_VALUE_EXCEEDED', { maxValue: MOST_EXACT });
  return checkAcceptance(checkout, { ...deps, context, output: snapshot.output }) ?? snapshot;
}

const refusalOf = (reason: string, details: Record<string, unknown>): Refusal => ({ reason, details });

/** Refuses a line that is no longer on sale. */
function checkAvailability({
  lineRequests,
  sellables,
  context,
}: Pick<PricingRequest, 'lineRequests' | 'sellables' | 'context'>): Refusal | null {
  for (const { isOnSale, variantId } of sellables.values()) {
    if (!isOnSale) return refusalOf('VARIANT_NOT_FOUND', { variantId });
  }
  for (const line of lineRequests) {
    const problem = 'bundleId' in line && checkBundle(context, line);
    if (problem) return problem;
  }
  return null;
}

function checkBundle({ bundles }: PricingContext, line: Extract<LineRequest, { bundleId: string }>): Refusal | null {
  const { bundleId, selections } = line;
  const offer = bundles.find(({ id }) => id === bundleId);
  if (!offer?.isOnSale) return refusalOf('BUNDLE_NOT_FOUND', { bundleId });
  const problem: SelectionProblem | null = selectionProblem(offer, selections);
  return problem && refusalOf('BUNDLE_SELECTION_INVALID', { bundleId, ...problem });
}

/** Prices again without a discount that others have used up meanwhile, or without the discount on a first order. */
async function priceAndHold(
  deps: WorkerDeps,
  tx: Tx,
  { checkout, ...priced }: PricingRequest & { checkout: Checkout },
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

function checkAcceptance(
  { expectedTotal = null, quote = null, placeOfSupply }: Checkout,
  { context, output, sellerState }: { context: PricingContext; output: PricingOutput; sellerState: string },
): Refusal | null {
  if (context.shipping && !output.shipping) {
    return refusalOf('ADDRESS_NOT_SERVED', { shippingMethodId: context.shipping.id, state: placeOfSupply });
  }
  const { total: actual } = output.totals;
  const isAbove = quote !== null && isAboveQuote(quote, output, { state: placeOfSupply, sellerState });
  const expected = expectedTotal ?? (isAbove ? quote.total : actual);
  if (expected === actual) return null;
  const lost = output.refusals.map(({ code, reason }) => ({ code, reason }));
  return refusalOf('PRICE_CHANGED', { expected, actual, ...(lost.length > 0 && { refusedCodes: lost }) });
}
