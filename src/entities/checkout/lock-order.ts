/**
 * The order of all locks. A request that starts a checkout takes: account, cart, holder (limit on unpaid checkouts). A
 * step of a checkout or an order takes: checkout, order, discount counters by discount and counter, first order of the
 * customer, stock levels by id, reservations, and at the end of a checkout its cart.
 *
 * The numbers rank the locks after the checkout's row. Checkouts that share a transaction take each kind of lock
 * together: none takes the next kind before all have reached it (`ranked`).
 */
export const LOCK_ORDER = { holders: 1, counters: 2, firstOrders: 3, levels: 4 } as const;
