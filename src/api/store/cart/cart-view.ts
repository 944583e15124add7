import { z } from 'zod';
import { selectionProblem } from '../../../domain/pricing/bundles/selection.ts';
import type { PricedBundle, PricedLine, PricingOutput } from '../../../domain/pricing/output.ts';
import type { CartItem } from '../../../entities/cart/cart.ts';
import type { Sellable } from '../../../entities/catalogue/sellable.ts';
import { linesOf } from '../../../entities/pricing/pricing-request.ts';
import { demandOf } from '../../../entities/stock/stock.ts';
import { totalsSchema } from '../../fields/totals.ts';
import { cartItemSchema, type ItemProblem } from './cart-item-view.ts';
import type { LoadedCart } from './cart-pricing.ts';

export const cartSchema = z
  .object({
    id: z.uuid(),
    cartToken: z
      .string()
      .optional()
      .meta({ description: 'Secret that gives access to the cart of a guest; only in the response of the creation.' }),
    status: z.enum(['open', 'checkout', 'ordered', 'merged']),
    items: z.array(cartItemSchema),
    codes: z.array(z.string()).meta({ description: 'Entered discount codes, in upper case.' }),
    discounts: z
      .array(z.object({ id: z.uuid(), name: z.string(), code: z.string().nullable(), amount: z.int() }))
      .meta({ description: 'Applied discounts; `code` is null for an automatic discount. Amounts in paise.' }),
    refusedCodes: z
      .array(z.object({ code: z.string(), reason: z.string(), details: z.record(z.string(), z.unknown()) }))
      .meta({ description: 'Entered codes that do not apply now, with the reason.' }),
    shipping: z.object({ methodId: z.uuid(), name: z.string(), price: z.int(), discount: z.int() }).nullable().meta({
      description: 'Shipping method included in the totals; null: no method delivers there. Amounts in paise.',
    }),
    priceChanges: z
      .array(z.object({ itemId: z.uuid(), before: z.int(), after: z.int() }))
      .meta({ description: 'Unit prices in paise that changed since the last response. Reported once.' }),
    totals: totalsSchema,
    currency: z.string(),
    version: z.int(),
  })
  .meta({ id: 'Cart' });

export type CartView = z.infer<typeof cartSchema>;

/** The API representation of a cart with its prices. */
export function cartView({ cart, sellables, context }: LoadedCart, priced: PricingOutput): CartView {
  const demand = demandOf(linesOf(cart.lineRequests));
  const pricedLines = priced.lines.filter(({ bundle }) => bundle === undefined)[Symbol.iterator]();
  const pricedBundles = priced.bundles[Symbol.iterator]();
  const shared = { sellables, context, demand };
  const items = cart.items.map((item) =>
    item.variantId
      ? variantView(item, { line: pricedLines.next().value, ...shared })
      : bundleView(item, { line: pricedBundles.next().value, ...shared }),
  );
  const { id, status, currency, version, codes } = cart;
  const recognisedCodes = new Set([...priced.discounts, ...priced.refusals].map(({ code }) => code));
  const unknownCodes = codes
    .filter((code) => !recognisedCodes.has(code))
    .map((code) => ({ code, reason: 'UNKNOWN_CODE', details: {} }));
  const refusals = priced.refusals.map(({ code, reason, details }) => ({ code, reason, details }));
  return {
    id,
    status,
    items,
    codes,
    discounts: priced.discounts,
    refusedCodes: [...refusals, ...unknownCodes],
    shipping: priced.shipping && shippingView(priced.shipping),
    priceChanges: cart.items.getItems().flatMap((item, index) => priceChangeOf(item, items[index]?.unitPrice ?? 0)),
    totals: priced.totals,
    currency,
    version,
  };
}

const shippingView = ({ methodId, name, price, discount }: NonNullable<PricingOutput['shipping']>) => ({
  methodId,
  name,
  price,
  discount,
});

const priceChangeOf = ({ id: itemId, notifiedPrice: before }: CartItem, after: number) =>
  before == null || before === after ? [] : [{ itemId, before, after }];

interface PricedItem<L> {
  line: L | undefined;
  sellables: ReadonlyMap<string, Sellable>;
  context: LoadedCart['context'];
  /** Units per variant in the whole cart. */
  demand: ReadonlyMap<string, number>;
}

function variantView(item: CartItem, { line, sellables, demand }: PricedItem<PricedLine>): CartView['items'][number] {
  const sellable = sellables.get(item.variantId ?? '');
  if (!sellable || !line) throw new Error(`item ${item.id} was not priced`);
  const { variantId, sku, title, slug, size, color, available } = sellable;
  const { unitPrice, lineTotal, discount } = line;
  const problem = problemOf(sellable, demand);
  const names = { id: item.id, variantId, sku, title, slug, size, color };
  return { ...names, quantity: item.quantity, unitPrice, lineTotal, discount, available, ...(problem && { problem }) };
}

function bundleView(item: CartItem, priced: PricedItem<PricedBundle>): CartView['items'][number] {
  const { line, sellables, context, demand } = priced;
  const offer = context.bundles.find(({ id }) => id === item.bundleId);
  if (!offer || !line) throw new Error(`item ${item.id} was not priced`);
  const selections = (item.selections ?? []).map(({ setId, items }) => ({
    setId,
    title: offer.sets.find(({ id }) => id === setId)?.title ?? '',
    items: items.map(({ variantId, quantity }) => {
      const { sku = '', title = '', size = null, color = null } = sellables.get(variantId) ?? {};
      return { variantId, sku, title, size, color, quantity };
    }),
  }));
  const components = linesOf([{ ...item.lineRequest, quantity: 1 }]);
  const parts = [...demandOf(components)].map(([id, units]) => ({ units, sellable: sellables.get(id) }));
  const available = Math.min(...parts.map(({ units, sellable }) => Math.floor((sellable?.available ?? 0) / units)));
  const componentProblem = parts.map(({ sellable }) => sellable && problemOf(sellable, demand)).find((each) => each);
  // Staff may have changed the sets since the customer chose from them.
  const invalidSelection = selectionProblem(offer, item.selections ?? []) ? 'BUNDLE_SELECTION_INVALID' : undefined;
  const problem = offer.isOnSale ? (invalidSelection ?? componentProblem) : 'NOT_ON_SALE';
  const { unitPrice, lineTotal, discount } = line;
  const names = { id: item.id, bundleId: offer.id, title: offer.title, slug: offer.slug, selections };
  return { ...names, quantity: item.quantity, unitPrice, lineTotal, discount, available, ...(problem && { problem }) };
}

/** The reason why a checkout would fail now. It is only a hint: the checkout checks again. */
function problemOf(
  { variantId, isOnSale, available, maxPerOrder }: Sellable,
  demand: ReadonlyMap<string, number>,
): ItemProblem | undefined {
  const requested = demand.get(variantId) ?? 0;
  if (!isOnSale) return 'NOT_ON_SALE';
  if (requested > maxPerOrder) return 'QUANTITY_LIMIT_EXCEEDED';
  return requested > available ? 'INSUFFICIENT_INVENTORY' : undefined;
}
