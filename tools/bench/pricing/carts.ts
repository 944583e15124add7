import type { LineInput, PricingInputs, ShippingMethodInput } from '../../../src/domain/pricing/inputs.ts';
import { GST_CLASSES } from '../../../src/domain/tax/gst-classes.ts';
import { COLLECTIONS, collectionId, DISCOUNTS, priceListsFor, productId, RULES, variantId } from './offers.ts';

const GST = ['apparel', 'standard', 'essential', 'footwear'].map(
  (code) => GST_CLASSES.find((taxClass) => taxClass.code === code)?.rates ?? [],
);

const courier: ShippingMethodInput = {
  ...{ id: 'courier', name: 'Courier', hsn: '996812', taxRates: GST[1] ?? [] },
  zones: [
    {
      ...{ name: 'Near', states: ['IN-KA'], maxWeightGrams: null },
      rates: [rate(0, 0, 49_00), rate(5_000, 0, 149_00)],
    },
    { ...{ name: 'Far', states: [], maxWeightGrams: null }, rates: [rate(0, 0, 99_00)] },
  ],
};

function rate(fromWeightGrams: number, fromSubtotal: number, price: number) {
  return { fromWeightGrams, fromSubtotal, price };
}

function line(number: number, quantity: number): LineInput {
  return {
    ...{ variantId: variantId(number), productId: productId(Math.floor(number / 3)), quantity },
    ...{ collectionIds: [collectionId(number % COLLECTIONS)], unitPrice: 199_00 + 7 * number, weightGrams: 250 },
    ...{ hsn: String(6100 + (number % 20)), taxRates: GST[number % GST.length] ?? [] },
  };
}

/**
 * Builds a cart of `lines` variants with 100 discounts, 20 rules and 2 price lists, all of them active. `turn` varies
 * the quantities, and the place of supply every second time.
 */
export function cartOf(lines: number, turn: number): PricingInputs {
  return {
    ...{ currency: 'INR', at: '2026-11-01T06:00:00.000Z', pricesIncludeTax: true, shippingTax: 'apportioned' },
    ...{ sellerState: 'IN-KA', placeOfSupply: turn % 2 === 0 ? 'IN-KA' : 'IN-MH', groupIds: [], isFirstOrder: false },
    lines: Array.from({ length: lines }, (_, number) => line(number, 1 + ((number + turn) % 7))),
    ...{ bundles: [], priceLists: priceListsFor(lines), rules: RULES, discounts: DISCOUNTS, shipping: courier },
  };
}
