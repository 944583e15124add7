import { sum } from '../../money/money.ts';
import { isSameState } from '../../tax/india.ts';
import type { DraftLine } from '../draft.ts';
import type { ShippingMethodInput, ShippingZone } from '../inputs.ts';

export interface ShippingQuote {
  method: ShippingMethodInput;
  zone: string;
  price: number;
}

/** Returns the price of delivering these lines; null when the method does not deliver to `state` (ISO 3166-2). */
export function quoteShipping(
  method: ShippingMethodInput,
  { state, lines }: { state: string; lines: readonly DraftLine[] },
): ShippingQuote | null {
  const zone = method.zones.find(
    ({ states }) => states.length === 0 || states.some((code) => isSameState(code, state)),
  );
  if (!zone) return null;
  const weight = sum(lines.map(({ goods, quantity }) => goods.weightGrams * quantity));
  const subtotal = sum(lines.map(({ lineTotal }) => lineTotal));
  const price = weight > (zone.maxWeightGrams ?? weight) ? undefined : rateOf(zone, { weight, subtotal });
  return price === undefined ? null : { method, zone: zone.name, price };
}

function rateOf({ rates }: ShippingZone, order: { weight: number; subtotal: number }): number | undefined {
  const reached = rates.filter(
    ({ fromWeightGrams, fromSubtotal }) => fromWeightGrams <= order.weight && fromSubtotal <= order.subtotal,
  );
  return reached.toSorted((a, b) => b.fromWeightGrams - a.fromWeightGrams || b.fromSubtotal - a.fromSubtotal)[0]?.price;
}
