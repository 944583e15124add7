import { LRUCache } from 'lru-cache';
import { refused } from '../../../domain/errors.ts';
import type { Cart } from '../../../entities/cart/cart.ts';
import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import type { ApiDeps } from '../../deps.ts';

/** A variant with more checkouts than this per second, in one process, is in high demand. */
const HIGH_DEMAND = 100;
const WINDOW_MS = 1_000;
const MAX_VARIANTS = 10_000;
const checkoutCounts = new LRUCache<string, number>({ max: MAX_VARIANTS, ttl: WINDOW_MS, noUpdateTTL: true });
/** Available units by variant id. */
const availableUnits = new LRUCache<string, number>({ max: MAX_VARIANTS, ttl: WINDOW_MS });
const pendingLookups = new Set<string>();

type Available = Pick<ApiDeps['cachedResponses'], 'available'>;
type CartLine = Pick<Cart['items'][number], 'variantId' | 'quantity'>;

/**
 * Refuses a cart with a sold-out variant in high demand, so that the request creates no checkout. The availability may
 * be a few seconds old: a sold-out variant may pass and fail later in the database, a restocked one may be refused. The
 * function never waits for the lookup, because the request holds the cart's row lock and a database connection.
 * @throws INSUFFICIENT_INVENTORY
 */
export function refuseSoldOut(
  { cachedResponses }: { cachedResponses: Available },
  cart: { items: Iterable<CartLine> },
): void {
  for (const { variantId, quantity } of cart.items) {
    if (!variantId || !countAsHighDemand(variantId)) continue;
    const available = availableUnits.get(variantId);
    if (available === undefined) refreshAvailability(cachedResponses, variantId);
    else if (available <= 0) throw refused('INSUFFICIENT_INVENTORY', { variantId, requested: quantity, available });
  }
}

/** Counts a checkout of the variant. @returns whether the variant is in high demand */
function countAsHighDemand(variantId: string): boolean {
  const count = (checkoutCounts.get(variantId) ?? 0) + 1;
  checkoutCounts.set(variantId, count);
  return count > HIGH_DEMAND;
}

/** Reads the availability in the background, for later requests. */
function refreshAvailability(cachedResponses: Available, variantId: string): void {
  if (pendingLookups.has(variantId)) return;
  pendingLookups.add(variantId);
  cachedResponses
    .available(variantId)
    .then(
      (units) => units !== undefined && availableUnits.set(variantId, units),
      (error) => observeSparingly('availability.unread', errorFields(error)),
    )
    .finally(() => pendingLookups.delete(variantId));
}
