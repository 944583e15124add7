import type { ChosenSet } from '../../domain/pricing/bundles/selection.ts';
import type { Discount, PricingInputs, ShippingTax } from '../../domain/pricing/inputs.ts';
import type { Sellable } from '../catalogue/sellable.ts';
import type { PricingContext } from './context.ts';
import type { LimitedDiscount } from './limits.ts';

/** What somebody wants: units of a variant, or bundles with what was chosen for one of them. */
export type LineRequest =
  | { variantId: string; quantity: number }
  | { bundleId: string; quantity: number; selections: readonly ChosenSet[] };

/** What is the same for all prices of a shop. */
export interface ShopTerms {
  /** ISO 4217. */
  currency: string;
  /** ISO 3166-2 code of the seller's state: decides CGST + SGST or IGST. */
  sellerState: string;
  pricesIncludeTax: boolean;
  shippingTax: ShippingTax;
}

/** What is priced, where it goes and when. Every variant and bundle that is wanted must be known. */
export interface Priced {
  wanted: readonly LineRequest[];
  sellables: ReadonlyMap<string, Sellable>;
  context: PricingContext;
  /** ISO 3166-2; null while it is unknown. */
  placeOfSupply: string | null;
  now: Date;
}

/** The inputs of the pricing engine. @throws Error for a variant or bundle that is not among those given. */
export function pricingInputs(terms: ShopTerms, of: Priced): PricingInputs {
  const { wanted, sellables, context, placeOfSupply, now } = of;
  const { currency, sellerState, pricesIncludeTax, shippingTax } = terms;
  const { groupIds, isFirstOrder, priceLists, rules, shipping } = context;
  const discounts = context.discounts.map(withoutLimits);
  const lines = wanted.flatMap((one) =>
    'variantId' in one ? [{ ...goodsOf(sellables, one.variantId), quantity: one.quantity }] : [],
  );
  const bundles = wanted.flatMap((one) => ('bundleId' in one ? [bundleOf(one, of)] : []));
  const shop = { currency, at: now.toISOString(), pricesIncludeTax, sellerState, placeOfSupply, shippingTax };
  return { ...shop, groupIds, isFirstOrder, lines, bundles, priceLists, rules, discounts, shipping };
}

/** The variants, components of bundles included, and the bundles that are wanted. */
export function idsOf(wanted: readonly LineRequest[]): { variantIds: string[]; bundleIds: string[] } {
  const bundleIds = wanted.flatMap((one) => ('bundleId' in one ? [one.bundleId] : []));
  return { variantIds: linesOf(wanted).map(({ variantId }) => variantId), bundleIds };
}

/** The flat lines of what is wanted, in the order in which they come out of the engine: variants, then components. */
export function linesOf(wanted: readonly LineRequest[]): RequestedLine[] {
  const alone = wanted.flatMap((one) => ('variantId' in one ? [{ ...one, bundle: null }] : []));
  const bundles = wanted.filter((one) => 'bundleId' in one);
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
  /** Which bundle it is a component of, counted from 1, and how many of that are wanted. */
  bundle: { item: number; bundleId: string; setId: string; quantity: number } | null;
}

function bundleOf({ bundleId, quantity, selections }: Extract<LineRequest, { bundleId: string }>, of: Priced) {
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

/** Only what the price depends on: names and levels do not belong into a snapshot. */
function goodsOf(sellables: ReadonlyMap<string, Sellable>, id: string) {
  const sellable = sellables.get(id);
  if (!sellable) throw new Error(`variant ${id} was not loaded`);
  const { variantId, productId, collectionIds, unitPrice, weightGrams, hsn, taxRates } = sellable;
  return { variantId, productId, collectionIds, unitPrice, weightGrams, hsn, taxRates };
}

const withoutLimits = ({ maxUses, maxUsesPerCustomer, codeMaxUses, ...discount }: LimitedDiscount): Discount =>
  discount;
