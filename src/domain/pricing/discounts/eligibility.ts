import { sum } from '../../money/money.ts';
import type { DraftLine, OfferContext } from '../draft.ts';
import type { DiscountInput, Reduction, Selection, Target } from '../inputs.ts';
import type { RefusalReason } from '../output.ts';
import { type FreeUnits, freeUnits } from './free-units.ts';
import { closedReason } from './offer-precedence.ts';
import { isEmptyTarget } from './target.ts';

/** The cart as input of discounts: its lines in an order that does not depend on the order of arrival. */
export interface DiscountedCart extends OfferContext {
  lines: readonly DraftLine[];
  isFirstOrder: boolean;
  /** The places in `lines` of a variant, product or collection, by its id. */
  placesOf: ReadonlyMap<string, readonly number[]>;
}

/** An eligible discount with everything that does not change while discounts are combined. */
export interface Candidate {
  discount: DiscountInput;
  /** Places of the lines that it reduces. */
  places: readonly number[];
  effect: Effect;
}

export type Effect =
  | { kind: 'reduce'; reduction: Reduction }
  | { kind: 'off-each-unit'; amount: number }
  | { kind: 'free-units'; free: readonly FreeUnits[]; percent: number }
  | { kind: 'waive-shipping' };

export interface DiscountRefusal {
  discount: DiscountInput;
  reason: RefusalReason;
  details: Record<string, unknown>;
}

export function cartOf(lines: readonly DraftLine[], from: OfferContext & { isFirstOrder: boolean }): DiscountedCart {
  const ordered = inStableOrder(lines);
  const placesOf = new Map<string, number[]>();
  for (const [place, line] of ordered.entries()) {
    const { variantId, productId, collectionIds } = line.goods;
    for (const id of [variantId, productId, ...collectionIds]) {
      const existing = placesOf.get(id);
      if (existing) existing.push(place);
      else placesOf.set(id, [place]);
    }
  }
  return { ...from, lines: ordered, placesOf };
}

/** Sorts lines independently of their order of arrival, so that odd paise always go to the same lines. */
export const inStableOrder = (lines: readonly DraftLine[]): DraftLine[] =>
  lines
    .map((line) => ({ line, key: keyOf(line) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ line }) => line);

const keyOf = ({ goods, quantity, lineTotal, bundle }: DraftLine): string =>
  `${goods.variantId} ${bundle === null ? '' : 'b'} ${Reflect.get(goods, 'setId') ?? ''} ${quantity} ${lineTotal}`;

/** Judges whether a discount is eligible for this cart, before any discount is applied. */
export function judge(discount: DiscountInput, cart: DiscountedCart): Candidate | DiscountRefusal {
  const refuse = (reason: RefusalReason, details = {}): DiscountRefusal => ({ discount, reason, details });
  if (!discount.isEnabled) return refuse('DISABLED');
  const closed = closedReason(discount, cart);
  if (closed) return refuse(closed, closed === 'EXPIRED' ? { endsAt: discount.endsAt } : {});
  if (discount.firstOrderOnly && !cart.isFirstOrder) return refuse('FIRST_ORDER_ONLY');
  if (discount.usedUp !== null) return refuse('USAGE_LIMIT_REACHED', { limit: discount.usedUp });
  const goods = goodsOf(discount, cart, discount);
  if (goods.length === 0) return refuse('NO_ELIGIBLE_ITEMS');
  const { minSubtotal, minQuantity } = discount;
  const subtotal = sum(goods.map((place) => cart.lines[place]?.lineTotal ?? 0));
  if (subtotal < minSubtotal) return refuse('MIN_SUBTOTAL_NOT_MET', { required: minSubtotal, subtotal });
  const quantity = sum(goods.map((place) => cart.lines[place]?.quantity ?? 0));
  if (quantity < minQuantity) return refuse('MIN_QUANTITY_NOT_MET', { required: minQuantity, quantity });
  return withEffect(discount, cart, { goods, subtotal, quantity }) ?? refuse(...unreachedReason(discount));
}

/** Returns the discount with its effect; null if the cart does not reach its offer. */
function withEffect(
  discount: DiscountInput,
  cart: DiscountedCart,
  { goods, subtotal, quantity }: { goods: number[]; subtotal: number; quantity: number },
): Candidate | null {
  const { offer } = discount;
  switch (offer.kind) {
    case 'percentage': {
      const { percent, cap } = offer;
      return { discount, places: goods, effect: { kind: 'reduce', reduction: { kind: 'percent', percent, cap } } };
    }
    case 'fixed-amount': {
      const { amount, per } = offer;
      const effect: Effect =
        per === 'unit' ? { kind: 'off-each-unit', amount } : { kind: 'reduce', reduction: { kind: 'amount', amount } };
      return { discount, places: goods, effect };
    }
    case 'tiered': {
      const measure = offer.by === 'quantity' ? quantity : subtotal;
      const tier = offer.tiers.filter(({ from }) => from <= measure).toSorted((a, b) => b.from - a.from)[0];
      return tier ? { discount, places: goods, effect: { kind: 'reduce', reduction: tier.reduction } } : null;
    }
    case 'cart':
      return { discount, places: [...cart.lines.keys()], effect: { kind: 'reduce', reduction: offer.reduction } };
    case 'free-shipping':
      return { discount, places: [], effect: { kind: 'waive-shipping' } };
    case 'buy-x-get-y': {
      const [bought, got] = [goodsOf(offer.buy, cart, discount), goodsOf(offer.get, cart, discount)];
      const free = freeUnits(cart.lines, { ...offer, bought, got });
      const effect: Effect = { kind: 'free-units', free, percent: offer.percent };
      return free.length > 0 ? { discount, places: free.map(({ place }) => place), effect } : null;
    }
  }
}

function unreachedReason({ offer }: DiscountInput): [RefusalReason, Record<string, unknown>] {
  if (offer.kind === 'tiered') {
    const lowest = Math.min(...offer.tiers.map(({ from }) => from));
    return [offer.by === 'spend' ? 'MIN_SUBTOTAL_NOT_MET' : 'MIN_QUANTITY_NOT_MET', { required: lowest }];
  }
  return ['NO_ELIGIBLE_ITEMS', {}];
}

/** Returns the places of the goods of a selection, in order. */
function goodsOf(
  { include, exclude }: Selection,
  cart: DiscountedCart,
  { excludesBundles }: { excludesBundles: boolean },
): number[] {
  const without = new Set(placesIn(exclude, cart));
  const all = isEmptyTarget(include) ? [...cart.lines.keys()] : [...new Set(placesIn(include, cart))].sort(ascending);
  return all.filter((place) => !without.has(place) && !(excludesBundles && cart.lines[place]?.bundle != null));
}

const ascending = (a: number, b: number): number => a - b;

const placesIn = ({ productIds, variantIds, collectionIds }: Target, { placesOf }: DiscountedCart): number[] =>
  [...variantIds, ...productIds, ...collectionIds].flatMap((id) => placesOf.get(id) ?? []);
