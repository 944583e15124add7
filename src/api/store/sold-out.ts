import { LRUCache } from 'lru-cache';
import { refused } from '../../domain/errors.ts';
import type { Cart } from '../../entities/cart.ts';
import type { ApiDeps } from '../deps.ts';

/** From so many checkouts of a variant on within a second, in one process, the cache is asked first. */
const HOT = 10;
const WITHIN_MS = 1_000;
const tries = new LRUCache<string, number>({ max: 10_000, ttl: WITHIN_MS, noUpdateTTL: true });

/**
 * The first gate of a rush: whoever comes when everything is sold out costs no checkout. It may let somebody in whom the
 * database then refuses, and for as long as availability is kept it may refuse what has just come back; it decides nothing else.
 * @throws INSUFFICIENT_INVENTORY
 */
export async function refuseSoldOut({ pages }: Pick<ApiDeps, 'pages'>, cart: Cart): Promise<void> {
  for (const { variantId, quantity } of cart.items) {
    if (!variantId || !isHot(variantId)) continue;
    const available = await pages.available(variantId);
    if (available !== undefined && available <= 0)
      throw refused('INSUFFICIENT_INVENTORY', { variantId, requested: quantity, available });
  }
}

function isHot(variantId: string): boolean {
  const times = (tries.get(variantId) ?? 0) + 1;
  tries.set(variantId, times);
  return times > HOT;
}
