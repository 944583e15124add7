import fc from 'fast-check';
import type {
  BundleInput,
  DiscountInput,
  Goods,
  LineInput,
  Offer,
  PriceListInput,
  PricingInputs,
  PricingRuleInput,
  Reduction,
  Selection,
  ShippingMethodInput,
  Target,
  TimeWindow,
} from '../../../src/domain/pricing/inputs.ts';
import { GST_CLASSES } from '../../../src/domain/tax/gst-classes.ts';
import { amounts, percents, states } from '../arbitraries.ts';

/*
 * Everything comes from small pools, so that it meets: ten variants of four products in three collections, and two
 * groups of customers.
 */
const VARIANTS = Array.from({ length: 10 }, (_, index) => index);
const variantId = (index: number) => `variant-${index}`;
const productId = (index: number) => `product-${index % 4}`;
const collectionId = (index: number) => `collection-${index % 3}`;

const gstClasses = GST_CLASSES.map(({ rates }) => rates);
const invented = percents.map((percent) => [{ validFrom: '2017-07-01T00:00:00Z', minUnitPrice: 0, percent }]);
const taxRates = fc.oneof(fc.constantFrom(...gstClasses), invented);

/** Goods of one variant; a variant costs and is taxed the same wherever it is in a cart. */
const goodsOf = (index: number, prices: fc.Arbitrary<number>): fc.Arbitrary<Goods> =>
  fc.record({
    variantId: fc.constant(variantId(index)),
    productId: fc.constant(productId(index)),
    collectionIds: fc.constant([collectionId(index)]),
    unitPrice: prices,
    weightGrams: fc.nat(3_000),
    hsn: fc.constantFrom('6109', '640399', '85183000', '4901'),
    taxRates,
  });

/** What all variants are, for one cart. */
const shelf = (prices: fc.Arbitrary<number>): fc.Arbitrary<Goods[]> =>
  fc.tuple(...VARIANTS.map((index) => goodsOf(index, prices)));

const quantities = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 12 }) },
  fc.integer({ min: 1, max: 5_000 }),
);

const linesFrom = (goods: Goods[], most: number): fc.Arbitrary<LineInput[]> =>
  fc
    .uniqueArray(fc.record({ index: fc.constantFrom(...VARIANTS), quantity: quantities }), {
      selector: ({ index }) => index,
      maxLength: most,
    })
    .map((wanted) => wanted.map(({ index, quantity }) => ({ ...(goods[index] as Goods), quantity })));

export const percent: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1, max: 10_000 }).map((hundredths) => hundredths / 100),
);
const amount = amounts(100_000);

const bundleFrom = (goods: Goods[]): fc.Arbitrary<BundleInput> =>
  fc.record({
    bundleId: fc.constantFrom('bundle-a', 'bundle-b'),
    quantity: fc.integer({ min: 1, max: 5 }),
    pricing: fc.oneof(
      fc.record({ kind: fc.constant('fixed' as const), price: amount, separatelyPriced: fc.boolean() }),
      fc.constant({ kind: 'sum' as const }),
      fc.record({ kind: fc.constant('percent-off' as const), percent }),
      fc.record({ kind: fc.constant('amount-off' as const), amount }),
    ),
    components: fc
      .uniqueArray(
        fc.record({
          index: fc.constantFrom(...VARIANTS),
          setId: fc.constantFrom('set-1', 'set-2'),
          quantity: fc.integer({ min: 1, max: 3 }),
          surcharge: fc.oneof(fc.constant(0), fc.nat(5_000)),
        }),
        { selector: ({ index, setId }) => `${index} ${setId}`, minLength: 1, maxLength: 4 },
      )
      .map((chosen) => chosen.map(({ index, ...rest }) => ({ ...(goods[index] as Goods), ...rest }))),
  });

const groupIds = fc.subarray(['group-a', 'group-b']);
const NOW = '2026-11-01T06:00:00.000Z';
const window: fc.Arbitrary<TimeWindow> = fc.record({
  startsAt: fc.constantFrom(null, null, '2026-10-01T00:00:00Z', NOW, '2026-12-01T00:00:00Z'),
  endsAt: fc.constantFrom(null, null, '2026-12-31T00:00:00Z', NOW),
});

const target = fc.record({
  productIds: fc.subarray(['product-0', 'product-1'], { maxLength: 1 }),
  variantIds: fc.subarray(VARIANTS.slice(0, 4).map(variantId), { maxLength: 2 }),
  collectionIds: fc.subarray(['collection-0', 'collection-1'], { maxLength: 1 }),
});
export const NOTHING: Target = { productIds: [], variantIds: [], collectionIds: [] };
const selection: fc.Arbitrary<Selection> = fc.record({
  include: fc.oneof(fc.constant(NOTHING), target),
  exclude: fc.oneof({ weight: 3, arbitrary: fc.constant(NOTHING) }, target),
});

const named = (kind: string) =>
  fc.integer({ min: 0, max: 99 }).map((number) => ({ id: `${kind}-${number}`, name: `${kind} ${number}` }));
const priority = fc.integer({ min: 0, max: 3 });
const together = <A, B, C>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>, c: fc.Arbitrary<C>): fc.Arbitrary<A & B & C> =>
  fc.tuple(a, b, c).map(([one, two, three]) => ({ ...one, ...two, ...three }));

const entries = fc.uniqueArray(
  fc.record({
    variantId: fc.constantFrom(...VARIANTS.map(variantId)),
    minQuantity: fc.constantFrom(1, 2, 10),
    price: amount,
  }),
  { selector: (entry) => `${entry.variantId} ${entry.minQuantity}`, maxLength: 6 },
);
const priceList: fc.Arbitrary<PriceListInput> = together(
  named('list'),
  window,
  fc.record({ priority, groupIds, entries }),
);

const rule: fc.Arbitrary<PricingRuleInput> = together(
  named('rule'),
  fc.tuple(window, selection).map(([when, which]) => ({ ...when, ...which })),
  fc.record({
    priority,
    isFinal: fc.boolean(),
    groupIds,
    minQuantity: fc.constantFrom(1, 1, 2, 10),
    maxQuantity: fc.constantFrom(null, null, 10, 50),
    action: fc.oneof(
      fc.record({ kind: fc.constant('fixed-price' as const), price: amount }),
      fc.record({ kind: fc.constant('percent-off' as const), percent }),
      fc.record({ kind: fc.constant('amount-off' as const), amount }),
    ),
  }),
);

const reduction: fc.Arbitrary<Reduction> = fc.oneof(
  fc.record({ kind: fc.constant('percent' as const), percent, cap: fc.option(amount) }),
  fc.record({ kind: fc.constant('amount' as const), amount }),
);
const some = fc.tuple(selection, fc.integer({ min: 1, max: 3 })).map(([which, quantity]) => ({ ...which, quantity }));

export const offer: fc.Arbitrary<Offer> = fc.oneof(
  fc.record({ kind: fc.constant('percentage' as const), percent, cap: fc.option(amount) }),
  fc.record({ kind: fc.constant('fixed-amount' as const), amount, per: fc.constantFrom('order', 'unit') }),
  fc.record({
    kind: fc.constant('buy-x-get-y' as const),
    buy: some,
    get: some,
    percent,
    maxApplications: fc.option(fc.integer({ min: 1, max: 4 })),
  }),
  fc.record({
    kind: fc.constant('tiered' as const),
    by: fc.constantFrom('quantity', 'spend'),
    tiers: fc.uniqueArray(fc.record({ from: fc.constantFrom(1, 3, 10, 10_000), reduction }), {
      selector: ({ from }) => from,
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({ kind: fc.constant('cart' as const), reduction }),
  fc.constant({ kind: 'free-shipping' as const }),
);

/** `isOpen`: it may count as far as everything but the goods is concerned. */
export const discountOf = ({ isOpen }: { isOpen: boolean }): fc.Arbitrary<DiscountInput> =>
  together(
    named('discount'),
    fc
      .tuple(isOpen ? fc.constant({ startsAt: null, endsAt: null }) : window, selection)
      .map(([when, which]) => ({ ...when, ...which })),
    fc.record({
      code: fc.constantFrom(null, 'CODE'),
      isEnabled: isOpen ? fc.constant(true) : fc.constantFrom(true, true, true, false),
      priority,
      stacking: fc.constantFrom('stackable' as const, 'stackable' as const, 'exclusive' as const),
      stackGroup: fc.constantFrom(null, 'lane-1', 'lane-2'),
      groupIds: isOpen ? fc.constant([]) : groupIds,
      firstOrderOnly: isOpen ? fc.constant(false) : fc.boolean(),
      minSubtotal: fc.constantFrom(0, 0, 1, 5_000, 100_000),
      minQuantity: fc.constantFrom(0, 0, 1, 3),
      excludesBundles: fc.boolean(),
      offer,
      usedUp: isOpen ? fc.constant(null) : fc.constantFrom(null, null, null, 'total' as const, 'customer' as const),
    }),
  );

const zone = fc.record({
  name: fc.constantFrom('Near', 'Far'),
  states: fc.constantFrom([], ['IN-KA'], ['IN-MH', 'IN-GJ']),
  maxWeightGrams: fc.option(fc.constantFrom(10_000, 1_000_000)),
  rates: fc.uniqueArray(
    fc.record({
      fromWeightGrams: fc.constantFrom(0, 5_000),
      fromSubtotal: fc.constantFrom(0, 50_000),
      price: fc.nat(20_000),
    }),
    { selector: (rate) => `${rate.fromWeightGrams} ${rate.fromSubtotal}`, minLength: 1 },
  ),
});
const shipping: fc.Arbitrary<ShippingMethodInput | null> = fc.option(
  fc.record({
    id: fc.constant('method'),
    name: fc.constant('Courier'),
    hsn: fc.constant('996812'),
    taxRates: invented,
    zones: fc.array(zone, { minLength: 1, maxLength: 2 }),
  }),
);

const byId = { selector: ({ id }: { id: string }) => id };

export interface CartSize {
  lines: number;
  bundles: number;
  discounts: number;
  prices: fc.Arbitrary<number>;
  /** Every discount may count as far as everything but the goods is concerned. */
  isOpen: boolean;
}

/** Carts with everything that a price can depend on. */
export const cartsOf = ({ lines, bundles, discounts, prices, isOpen }: CartSize): fc.Arbitrary<PricingInputs> =>
  shelf(prices).chain((goods) =>
    fc.record({
      currency: fc.constant('INR'),
      at: fc.constant(NOW),
      pricesIncludeTax: fc.boolean(),
      shippingTax: fc.constantFrom('apportioned', 'apportioned', 'highest', 'own'),
      sellerState: fc.constantFrom('IN-KA', 'IN-MH'),
      placeOfSupply: fc.option(states),
      groupIds,
      isFirstOrder: fc.boolean(),
      lines: linesFrom(goods, lines),
      bundles: fc.array(bundleFrom(goods), { maxLength: bundles }),
      priceLists: fc.uniqueArray(priceList, { ...byId, maxLength: 3 }),
      rules: fc.uniqueArray(rule, { ...byId, maxLength: 4 }),
      discounts: fc.uniqueArray(discountOf({ isOpen }), { ...byId, maxLength: discounts }),
      shipping,
    }),
  );

export const carts = cartsOf({ lines: 8, bundles: 2, discounts: 5, prices: amounts(10_000_000), isOpen: false });

/** Carts of few cheap goods, with discounts that all meet. */
export const smallCarts = cartsOf({ lines: 4, bundles: 1, discounts: 5, prices: fc.nat(2_000), isOpen: true });
