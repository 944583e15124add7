/**
 * The order in which a checkout takes locks behind its own row, everywhere. Checkouts that share a transaction take each kind
 * together: none of them goes on to the next kind before all have come so far (`ranked`).
 */
export const LOCK_ORDER = { holders: 1, counters: 2, firstOrders: 3, levels: 4 } as const;
