import type { ChosenSet } from '../../domain/pricing/bundles/selection.ts';
import type { DiscountInput, PricingInputs, ShippingTax } from '../../domain/pricing/inputs.ts';
import type { Sellable } from '../catalogue/sellable.ts';
import type { PricingContext } from './goods-for-pricing.ts';
import type { LimitedDiscount } from './limits.ts';

/** A requested line: units of a variant, or bundles with the selections for one of them. */
export type LineRequest =
  | { variantId: string; quantity: number }
  | { bundleId: string; quantity: number; selections: readonly ChosenSet[] };

/** The pricing settings of a shop. */
export interface ShopTerms {
  /** ISO 4217. */
  currency: string;
  /** ISO 3166-2 code of the seller's state: decides CGST + SGST or IGST. */
  sellerState: string;
  pricesIncludeTax: boolean;
  shippingTax: ShippingTax;
}

/** A pricing request: lines, destination and time. It must contain every requested variant and bundle. */
export interface PricingRequest {
  lineRequests: readonly LineRequest[];
  sellables: ReadonlyMap<string, Sellable>;
  context: PricingContext;
  /** ISO 3166-2; null while it is unknown. */
  placeOfSupply: string | null;
  now: Date;
}

/** Builds the inputs of the pricing engine. @throws Error for a variant or bundle that was not loaded. */
export function pricingInputs(terms: ShopTerms, of: PricingRequest): PricingInputs {
  const { lineRequests, sellables, context, placeOfSupply, now } = of;
  const { currency, sellerState, pricesIncludeTax, shippingTax } = terms;
  const { groupIds, isFirstOrder, priceLists, rules, shipping } = context;
  const discounts = context.discounts.map(withoutLimits);
  const lines = lineRequests.flatMap((one) =>
    'variantId' in one ? [{ ...goodsOf(sellables, one.variantId), quantity: one.quantity }] : [],
  );
  const bundles = lineRequests.flatMap((one) => ('bundleId' in one ? [bundleOf(one, of)] : []));
  const shop = { currency, at: now.toISOString(), pricesIncludeTax, sellerState, placeOfSupply, shippingTax };
  return { ...shop, groupIds, isFirstOrder, lines, bundles, priceLists, rules, discounts, shipping };
}

/** The ids of the requested variants, including components of bundles, and of the requested bundles. */
export function idsOf(lineRequests: readonly LineRequest[]): { variantIds: string[]; bundleIds: string[] } {
  const bundleIds = lineRequests.flatMap((one) => ('bundleId' in one ? [one.bundleId] : []));
  return { variantIds: linesOf(lineRequests).map(({ variantId }) => variantId), bundleIds };
}

/** Flattens the requested lines in the order of the engine's output: variants, then components of bundles. */
export function linesOf(lineRequests: readonly LineRequest[]): RequestedLine[] {
  const alone = lineRequests.flatMap((one) => ('variantId' in one ? [{ ...one, bundle: null }] : []));
  const bundles = lineRequests.filter((one) => 'bundleId' in one);
  const components = bundles.flatMap(({ bundleId, quantity, selections }, item) =>
    selections.flatMap(({ setId, items }) =>
      items.map((each) => {
        const bundle = { item: item + 1, bundleId, setId, quantity };
        return { variantId: each.variantId, quantity: each.quantity * quantity, bundle };
      }),
    ),
  );
  return [...alone, ...components];
}

export interface RequestedLine {
  variantId: string;
  quantity: number;
  /** The bundle that contains it; `item` counts bundles from 1, `quantity` is the number of that bundle. */
  bundle: { item: number; bundleId: string; setId: string; quantity: number } | null;
}

function bundleOf({ bundleId, quantity, selections }: Extract<LineRequest, { bundleId: string }>, of: PricingRequest) {
  const offer = of.context.bundles.find(({ id }) => id === bundleId);
  if (!offer) throw new Error(`bundle ${bundleId} was not loaded`);
  const components = selections.flatMap(({ setId, items }) => {
    const set = offer.sets.find(({ id }) => id === setId);
    return items.map(({ variantId, quantity: units }) => {
      const surcharge = set?.items.find((item) => item.variantId === variantId)?.surcharge ?? 0;
      return { ...goodsOf(of.sellables, variantId), setId, quantity: units, surcharge };
    });
  });
  return { bundleId, quantity, pricing: offer.pricing, components };
}

/** Selects the fields that affect the price: a pricing snapshot contains no names or stock levels. */
function goodsOf(sellables: ReadonlyMap<string, Sellable>, id: string) {
  const sellable = sellables.get(id);
  if (!sellable) throw new Error(`variant ${id} was not loaded`);
  const { variantId, productId, collectionIds, unitPrice, weightGrams, hsn, taxRates } = sellable;
  return { variantId, productId, collectionIds, unitPrice, weightGrams, hsn, taxRates };
}

const withoutLimits = ({ maxUses, maxUsesPerCustomer, codeMaxUses, ...discount }: LimitedDiscount): DiscountInput =>
  discount;
