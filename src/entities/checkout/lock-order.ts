/**
 * The order in which every checkout takes locks after its own row. Checkouts that share a transaction take each kind of
 * lock together: none takes the next kind before all have reached it (`ranked`).
 */
export const LOCK_ORDER = { holders: 1, counters: 2, firstOrders: 3, levels: 4 } as const;
