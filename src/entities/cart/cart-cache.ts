import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { PriceQuote } from '../../domain/pricing/quote.ts';
import { parseJson } from '../../infra/cache/parse-json.ts';
import type { Cache } from '../../infra/cache/redis-cache.ts';
import { forAnyKeys } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import { Cart, CartItem } from './cart.ts';

const WEEK_SECONDS = 7 * 86_400;
const keyOf = (id: string): string => `cart:${id}`;

/** The cached form of a cart. Entries in another form, such as those of an earlier release, are ignored. */
const cachedCart = z.strictObject({
  id: z.uuid(),
  customerId: z.uuid().nullable(),
  currency: z.string(),
  status: z.enum(['open', 'checkout', 'ordered', 'merged']),
  codes: z.array(z.string()),
  shippingMethodId: z.uuid().nullable(),
  destination: z.string().nullable(),
  version: z.int(),
  createdAt: z.coerce.date(),
  updatedAt: z.coerce.date(),
  items: z.array(
    z.strictObject({
      id: z.uuid(),
      variantId: z.uuid().nullable(),
      bundleId: z.uuid().nullable(),
      selections: z
        .array(z.object({ setId: z.uuid(), items: z.array(z.object({ variantId: z.uuid(), quantity: z.int() })) }))
        .nullable(),
      quantity: z.int(),
    }),
  ),
});

/**
 * Caches a committed cart for a week. The prices that its client saw last are left out: they change without the
 * version.
 */
export function cacheCart(cache: Cache, cart: Cart): void {
  const { id, customerId, currency, status, codes, shippingMethodId, destination, version, createdAt, updatedAt } =
    cart;
  const items = cart.items.map(({ id, variantId, bundleId, selections, quantity }) => {
    return { id, variantId, bundleId, selections, quantity };
  });
  const where = { shippingMethodId, destination };
  cache.keep(
    keyOf(id),
    { id, customerId, currency, status, codes, ...where, version, createdAt, updatedAt, items },
    WEEK_SECONDS,
  );
}

/** The most characters of texts whose contents are kept. */
const MAX_CHARACTERS = 4_000_000;

/** The contents of texts read lately: checking a text takes twice as long as pricing the cart. */
const contents = new LRUCache<string, { cart?: z.infer<typeof cachedCart> | undefined }>({
  maxSize: MAX_CHARACTERS,
  sizeCalculation: (_, text) => text.length + 1,
  memoMethod: (text) => ({ cart: cachedCart.safeParse(parseJson(text)).data }),
});

/** Reads a cart from the cache. Check `isCurrent` before using it in a response. */
export async function readCachedCart(cache: Cache, id: string): Promise<Cart | undefined> {
  const text = await cache.recall(keyOf(id));
  const cached = text === undefined ? undefined : contents.memo(text).cart;
  if (!cached) return undefined;
  const { items, ...fields } = cached;
  const cart = Object.assign(new Cart(), fields);
  cart.items.hydrate(items.map((item) => Object.assign(new CartItem(), { ...item, notifiedPrice: null })));
  return cart;
}

const CURRENT = forAnyKeys(
  `select c.id, c.version, c.last_quote as "lastQuote",
      coalesce((select json_object_agg(i.id, i.told_price) from cart_items i where i.cart_id = c.id), '{}') as told
    from carts c where c.id = any($1)`,
  'id',
);

interface CurrentCart {
  id: string;
  version: number;
  lastQuote: PriceQuote | null;
  /** Unit prices that the client saw last, in paise, by item. */
  told: Record<string, number | null>;
}

/**
 * Whether a cached cart has the stored version, which every change raises. If so, sets the prices that its client saw
 * last.
 */
export async function isCurrent(query: Query, cart: Cart): Promise<boolean> {
  const [row] = await query<CurrentCart>(CURRENT, [[cart.id]]);
  if (row?.version !== cart.version) return false;
  cart.lastQuote = row.lastQuote;
  for (const item of cart.items) item.notifiedPrice = row.told[item.id] ?? null;
  return true;
}
