import { z } from 'zod';
import type { DiscountInput } from '../../../domain/pricing/inputs.ts';
import type { PricingOutput, RefusalReason } from '../../../domain/pricing/output.ts';
import { loadGoodsForPricing } from '../../../entities/pricing/goods-for-pricing.ts';
import { idsOf, type LineRequest, pricingInputs } from '../../../entities/pricing/pricing-request.ts';
import type { ApiDeps } from '../../deps.ts';
import { totalsSchema } from '../../fields/totals.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { requireSellable } from '../../store/cart/cart-change.ts';
import { lineSchema } from '../../store/cart/cart-lines.ts';
import { priceInputs } from '../../store/cart/cart-pricing.ts';
import { stateSchema } from '../../store/checkout/address.ts';
import { explainedSchema } from '../../store/pricing/price-explanation.ts';
import { readOne } from '../resources/managed-resource.ts';
import { DISCOUNTS } from './discounts/discounts.ts';

const bodySchema = z.strictObject({
  items: z.array(lineSchema).min(1).max(200),
  groupIds: z.array(z.uuid()).max(100).default([]).meta({ description: 'Customer groups of the simulated customer.' }),
  isFirstOrder: z.boolean().default(true).meta({ description: 'Whether the simulated customer has no order yet.' }),
  state: stateSchema.nullable().default(null),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: 'Time of the purchase. Default: now. Offers that have ended by now are never applied.' }),
  codes: z
    .array(z.string().max(40).toUpperCase())
    .max(10)
    .default([])
    .meta({ description: 'Other discount codes in the cart.' }),
});

const previewSchema = z
  .object({
    applies: z.boolean(),
    reason: z.string().nullable().meta({ description: 'Why the discount does not apply; null when it does.' }),
    amount: z.int().meta({ description: 'Reduction in paise.' }),
    without: totalsSchema,
    with: explainedSchema,
  })
  .meta({ id: 'DiscountPreview' });

/** Prices a cart with a discount, even if the discount is paused or used up. */
export const previewRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    tag: DISCOUNTS.tag,
    permission: 'discounts:manage',
    access: 'staff',
    method: 'post',
    path: '/api/v1/admin/discounts/{id}/preview',
    summary: 'Preview the price of a cart with and without a discount',
    params: z.object({ id: z.uuid() }),
    body: bodySchema,
    answers: { 200: { description: 'Both prices and the reason', schema: previewSchema } },
    errors: [
      'DISCOUNT_NOT_FOUND',
      'VARIANT_NOT_FOUND',
      'BUNDLE_NOT_FOUND',
      'BUNDLE_SELECTION_INVALID',
      'ORDER_VALUE_EXCEEDED',
    ],
    async handle({ params: { id }, body }) {
      const now = new Date(body.at ?? Date.now());
      const discount = await readAsEntered(deps, id);
      const inputs = await inputsOf(deps, body, now);
      const others = inputs.discounts.filter((one) => one.id !== id);
      const [without, output] = [others, [...others, discount]].map((discounts) =>
        priceInputs({ ...inputs, discounts }),
      );
      if (!without || !output) throw new Error('pricing must return two prices');
      const amount = output.discounts.find((one) => one.id === id)?.amount ?? 0;
      const reason = amount > 0 ? null : reasonOf(output, id);
      const price = { at: inputs.at, currency: inputs.currency, ...output };
      return { status: 200, body: { applies: amount > 0, reason, amount, without: without.totals, with: price } };
    },
  }),
];

const reasonOf = ({ explanation }: PricingOutput, id: string): string =>
  explanation.find((step) => step.id === id)?.skipped ?? ('NO_EFFECT' satisfies RefusalReason);

type Stored = Omit<DiscountInput, 'startsAt' | 'endsAt'> & {
  startsAt: Date | null;
  endsAt: Date | null;
  isAutomatic: boolean;
};

/** Reads a discount as if it were active and its code entered. */
async function readAsEntered({ db }: ApiDeps, id: string): Promise<DiscountInput> {
  const stored = (await readOne(db.query, DISCOUNTS, id)) as object as Stored;
  const { name, priority, stacking, stackGroup, groupIds, firstOrderOnly, minSubtotal, minQuantity } = stored;
  const { include, exclude, excludesBundles, offer, isAutomatic } = stored;
  const times = { startsAt: stored.startsAt?.toISOString() ?? null, endsAt: stored.endsAt?.toISOString() ?? null };
  const terms = { priority, stacking, stackGroup, groupIds, firstOrderOnly, minSubtotal, minQuantity };
  const code = isAutomatic ? null : 'PREVIEW';
  return {
    id,
    name,
    code,
    isEnabled: true,
    usedUp: null,
    ...times,
    ...terms,
    include,
    exclude,
    excludesBundles,
    offer,
  };
}

async function inputsOf(deps: ApiDeps, body: z.infer<typeof bodySchema>, now: Date) {
  const items: LineRequest[] = body.items;
  const nobody = { customerId: null, redeemer: null, shippingMethodId: null };
  const { codes, groupIds } = body;
  const { sellables, context } = await loadGoodsForPricing(deps.db.query, deps, {
    ...idsOf(items),
    codes,
    groupIds,
    ...nobody,
    now,
  });
  for (const item of items) requireSellable({ sellables, context }, item);
  const simulated = { ...context, isFirstOrder: body.isFirstOrder };
  return pricingInputs(deps, { lineRequests: items, sellables, context: simulated, placeOfSupply: body.state, now });
}
