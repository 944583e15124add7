import { z } from 'zod';
import { selectionProblem } from '../../../domain/pricing/bundles/selection.ts';
import type { PricedBundle, PricedLine, PricingOutput } from '../../../domain/pricing/output.ts';
import type { CartItem } from '../../../entities/cart/cart.ts';
import type { Sellable } from '../../../entities/catalogue/sellable.ts';
import { linesOf } from '../../../entities/pricing/priced.ts';
import { demandOf } from '../../../entities/stock/stock.ts';
import { totalsSchema } from '../../fields/totals.ts';
import { cartItemSchema, type ItemProblem } from './cart-item-view.ts';
import type { StockedCart } from './cart-pricing.ts';

export const cartSchema = z
  .object({
    id: z.uuid(),
    cartToken: z
      .string()
      .optional()
      .meta({ description: 'The secret that goes with the cart; only in the answer that creates it.' }),
    status: z.enum(['open', 'checkout', 'ordered', 'merged']),
    items: z.array(cartItemSchema),
    codes: z.array(z.string()).meta({ description: 'As they were entered, in upper case.' }),
    discounts: z
      .array(z.object({ id: z.uuid(), name: z.string(), code: z.string().nullable(), amount: z.int() }))
      .meta({ description: 'Those that count; `code` is null where none was needed. Amounts in paise.' }),
    refusedCodes: z
      .array(z.object({ code: z.string(), reason: z.string(), details: z.record(z.string(), z.unknown()) }))
      .meta({ description: 'Codes of the cart that do not count now, and why.' }),
    shipping: z
      .object({ methodId: z.uuid(), name: z.string(), price: z.int(), discount: z.int() })
      .nullable()
      .meta({ description: 'The method that the totals count with; null: none is on offer there.' }),
    priceChanges: z
      .array(z.object({ itemId: z.uuid(), before: z.int(), after: z.int() }))
      .meta({ description: 'Unit prices that are not what this cart was told last time. Told once.' }),
    totals: totalsSchema,
    currency: z.string(),
    version: z.int(),
  })
  .meta({ id: 'Cart' });

export type CartView = z.infer<typeof cartSchema>;

/** A cart as clients see it, with its price. */
export function cartView({ cart, sellables, context }: StockedCart, priced: PricingOutput): CartView {
  const demand = demandOf(linesOf(cart.wanted));
  const lines = priced.lines.filter(({ bundle }) => bundle === undefined)[Symbol.iterator]();
  const bundles = priced.bundles[Symbol.iterator]();
  const seen = { sellables, context, demand };
  const items = cart.items.map((item) =>
    item.variantId
      ? variantView(item, { line: lines.next().value, ...seen })
      : bundleView(item, { line: bundles.next().value, ...seen }),
  );
  const { id, status, currency, version, codes } = cart;
  const known = new Set([...priced.discounts, ...priced.refusals].map(({ code }) => code));
  const unknown = codes
    .filter((code) => !known.has(code))
    .map((code) => ({ code, reason: 'UNKNOWN_CODE', details: {} }));
  const refusals = priced.refusals.map(({ code, reason, details }) => ({ code, reason, details }));
  return {
    id,
    status,
    items,
    codes,
    discounts: priced.discounts,
    refusedCodes: [...refusals, ...unknown],
    shipping: priced.shipping && methodOf(priced.shipping),
    priceChanges: cart.items.getItems().flatMap((item, index) => changeOf(item, items[index]?.unitPrice ?? 0)),
    totals: priced.totals,
    currency,
    version,
  };
}

const methodOf = ({ methodId, name, price, discount }: NonNullable<PricingOutput['shipping']>) => ({
  methodId,
  name,
  price,
  discount,
});

const changeOf = ({ id: itemId, notifiedPrice: before }: CartItem, after: number) =>
  before == null || before === after ? [] : [{ itemId, before, after }];

interface Seen<L> {
  line: L | undefined;
  sellables: ReadonlyMap<string, Sellable>;
  context: StockedCart['context'];
  /** Units per variant that the whole cart asks for. */
  demand: ReadonlyMap<string, number>;
}

function variantView(item: CartItem, { line, sellables, demand }: Seen<PricedLine>): CartView['items'][number] {
  const sellable = sellables.get(item.variantId ?? '');
  if (!sellable || !line) throw new Error(`item ${item.id} was not priced`);
  const { variantId, sku, title, slug, size, color, available } = sellable;
  const { unitPrice, lineTotal, discount } = line;
  const problem = problemOf(sellable, demand);
  const names = { id: item.id, variantId, sku, title, slug, size, color };
  return { ...names, quantity: item.quantity, unitPrice, lineTotal, discount, available, ...(problem && { problem }) };
}

function bundleView(item: CartItem, seen: Seen<PricedBundle>): CartView['items'][number] {
  const { line, sellables, context, demand } = seen;
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
  const components = linesOf([{ ...item.wanted, quantity: 1 }]);
  const parts = [...demandOf(components)].map(([id, units]) => ({ units, sellable: sellables.get(id) }));
  const available = Math.min(...parts.map(({ units, sellable }) => Math.floor((sellable?.available ?? 0) / units)));
  const broken = parts.map(({ sellable }) => sellable && problemOf(sellable, demand)).find((each) => each);
  // The sets may have changed since it was chosen.
  const misfit = selectionProblem(offer, item.selections ?? []) ? 'BUNDLE_SELECTION_INVALID' : undefined;
  const problem = offer.isOnSale ? (misfit ?? broken) : 'NOT_ON_SALE';
  const { unitPrice, lineTotal, discount } = line;
  const names = { id: item.id, bundleId: offer.id, title: offer.title, slug: offer.slug, selections };
  return { ...names, quantity: item.quantity, unitPrice, lineTotal, discount, available, ...(problem && { problem }) };
}

/** What would make a checkout fail as things stand; a hint, the checkout decides. */
function problemOf(
  { variantId, isOnSale, available, maxPerOrder }: Sellable,
  demand: ReadonlyMap<string, number>,
): ItemProblem | undefined {
  const wanted = demand.get(variantId) ?? 0;
  if (!isOnSale) return 'NOT_ON_SALE';
  if (wanted > maxPerOrder) return 'QUANTITY_LIMIT_EXCEEDED';
  return wanted > available ? 'INSUFFICIENT_INVENTORY' : undefined;
}
