import type {
  DiscountInput,
  Offer,
  PriceListInput,
  PricingRuleInput,
  Selection,
  Target,
} from '../../../src/domain/pricing/inputs.ts';

export const COLLECTIONS = 5;
export const variantId = (number: number): string => idOf('variant', number);
export const productId = (number: number): string => idOf('product', number);
export const collectionId = (number: number): string => idOf('collection', number);

const KINDS = ['variant', 'product', 'collection', 'discount', 'rule', 'list', 'group'] as const;

/** Builds an id of the length of a UUID. */
export const idOf = (kind: (typeof KINDS)[number], number: number): string =>
  `019a0000-0000-7000-800${KINDS.indexOf(kind)}-${String(number).padStart(12, '0')}`;

const always = { startsAt: null, endsAt: null };
const NOTHING: Target = { productIds: [], variantIds: [], collectionIds: [] };
const everything: Selection = { include: NOTHING, exclude: NOTHING };
const inCollection = (number: number): Selection => ({
  include: { ...NOTHING, collectionIds: [collectionId(number)] },
  exclude: NOTHING,
});
/** Goods that are in no cart of the bench. */
const elsewhere = (number: number): Selection => ({
  include: { ...NOTHING, productIds: [productId(10_000 + number), productId(20_000 + number)] },
  exclude: NOTHING,
});

const percentage = (percent: number, cap: number | null = null): Offer => ({ kind: 'percentage', percent, cap });
const amount = (paise: number): Offer => ({ kind: 'fixed-amount', amount: paise, per: 'order' });
const tiered: Offer = {
  ...{ kind: 'tiered', by: 'spend' },
  tiers: [
    { from: 500_00, reduction: { kind: 'percent', percent: 3, cap: null } },
    { from: 5_000_00, reduction: { kind: 'percent', percent: 6, cap: 2_000_00 } },
  ],
};
const twoPlusOne: Offer = {
  ...{ kind: 'buy-x-get-y', buy: { ...everything, quantity: 2 }, get: { ...everything, quantity: 1 } },
  ...{ percent: 50, maxApplications: 3 },
};

function discount(number: number, offer: Offer, changes: Partial<DiscountInput> = {}): DiscountInput {
  const id = idOf('discount', number);
  return {
    ...{ id, name: `discount ${number}`, code: null, isEnabled: true, priority: number % 7 },
    ...{ stacking: 'stackable', stackGroup: null, ...always, ...everything, groupIds: [], firstOrderOnly: false },
    ...{ minSubtotal: 0, minQuantity: 0, excludesBundles: false, offer, usedUp: null },
    ...changes,
  };
}

/** Ten applicable discounts: eight in five lanes, which gives 96 combinations, and two exclusive ones. */
const ELIGIBLE: readonly DiscountInput[] = [
  discount(0, percentage(10), { stackGroup: 'season', ...inCollection(0) }),
  discount(1, percentage(15, 500_00), { stackGroup: 'season' }),
  discount(2, tiered, { stackGroup: 'season' }),
  discount(3, percentage(5), { stackGroup: 'loyalty' }),
  discount(4, amount(50_00), { stackGroup: 'loyalty', code: 'LOYAL' }),
  discount(5, { kind: 'cart', reduction: { kind: 'amount', amount: 100_00 } }, { minSubtotal: 500_00 }),
  discount(6, twoPlusOne),
  discount(7, { kind: 'free-shipping' }),
  discount(8, percentage(20), { stacking: 'exclusive', ...inCollection(0) }),
  discount(9, percentage(12), { stacking: 'exclusive', code: 'ALONE' }),
];

/** Discounts that do not apply: most for other goods, some for other customers or larger orders. */
function unreached(number: number): DiscountInput {
  const offer = number % 2 === 0 ? percentage(10) : amount(75_00);
  if (number % 9 === 0) return discount(number, offer, { groupIds: [idOf('group', 1)] });
  if (number % 9 === 1) return discount(number, offer, { minSubtotal: 1_00_00_000_00 });
  return discount(number, offer, elsewhere(number));
}

export const DISCOUNTS: readonly DiscountInput[] = Array.from(
  { length: 100 },
  (_, number) => ELIGIBLE[number] ?? unreached(number),
);

/** Twenty rules, four of which apply to goods in every cart. */
export const RULES: readonly PricingRuleInput[] = Array.from({ length: 20 }, (_, number) => ({
  ...{ id: idOf('rule', number), name: `rule ${number}`, priority: number, isFinal: number === 0, groupIds: [] },
  ...{ ...always, minQuantity: 1, maxQuantity: number === 10 ? 2 : null },
  ...(number % 5 === 0 ? inCollection(number % 2) : elsewhere(number)),
  action: { kind: 'percent-off', percent: 2 },
}));

/** Two lists with every variant, one of them with quantity breaks. */
export const priceListsFor = (variants: number): PriceListInput[] =>
  [0, 1].map((number) => ({
    ...{ id: idOf('list', number), name: `list ${number}`, priority: number, groupIds: [], ...always },
    entries: Array.from({ length: variants }, (_, variant) => ({
      variantId: variantId(variant),
      price: 180_00 + variant,
    }))
      .filter((_, variant) => number === 0 || variant % 2 === 0)
      .flatMap((entry) => [
        { ...entry, minQuantity: 1 + number },
        { ...entry, minQuantity: 5 + number, price: entry.price - 10_00 },
      ]),
  }));
