import { LRUCache } from 'lru-cache';
import { refused } from '../../../domain/errors.ts';
import type { Cart } from '../../../entities/cart/cart.ts';
import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import type { ApiDeps } from '../../deps.ts';

/** From so many checkouts of a variant on within a second, in one process, its availability is looked up beside them. */
const HOT = 100;
const WITHIN_MS = 1_000;
const MOST = 10_000;
const tries = new LRUCache<string, number>({ max: MOST, ttl: WITHIN_MS, noUpdateTTL: true });
/** What was found, in units. */
const known = new LRUCache<string, number>({ max: MOST, ttl: WITHIN_MS });
const underWay = new Set<string>();

type Available = Pick<ApiDeps['pages'], 'available'>;
type LineRequest = Pick<Cart['items'][number], 'variantId' | 'quantity'>;

/**
 * The first gate of a rush: whoever comes when everything is sold out costs no checkout. It may let somebody in whom the
 * database then refuses, and for as long as availability is kept it may refuse what has just come back; it decides nothing
 * else. It waits for nobody: whoever asks holds a cart's row and a connection.
 * @throws INSUFFICIENT_INVENTORY
 */
export function refuseSoldOut({ pages }: { pages: Available }, cart: { items: Iterable<LineRequest> }): void {
  for (const { variantId, quantity } of cart.items) {
    if (!variantId || !isHot(variantId)) continue;
    const available = known.get(variantId);
    if (available === undefined) lookUp(pages, variantId);
    else if (available <= 0) throw refused('INSUFFICIENT_INVENTORY', { variantId, requested: quantity, available });
  }
}

function isHot(variantId: string): boolean {
  const times = (tries.get(variantId) ?? 0) + 1;
  tries.set(variantId, times);
  return times > HOT;
}

/** Whoever comes next knows it. */
function lookUp(pages: Available, variantId: string): void {
  if (underWay.has(variantId)) return;
  underWay.add(variantId);
  pages
    .available(variantId)
    .then(
      (units) => units !== undefined && known.set(variantId, units),
      (error) => observeSparingly('availability.unread', errorFields(error)),
    )
    .finally(() => underWay.delete(variantId));
}
