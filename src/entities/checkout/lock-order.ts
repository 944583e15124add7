/**
 * The order of the locks of a purchase: a transaction takes those that it needs in this order. Within a kind, ids
 * ascend. Other comments and documents refer to this list.
 *
 * A request that starts a checkout: account of the buyer, cart, holder (limit on unpaid checkouts).
 *
 * A step of a checkout or an order: checkout, order, discount counters by discount and counter, first order of the
 * redeemer, stock levels, reservations, account with the address of a guest (`for key share`), cart. A late payment locks
 * its cart directly after the levels.
 *
 * An erasure: account (`for no key update`, which lets `for key share` pass), checkouts, discount counters.
 *
 * The numbers rank the locks that checkouts of one transaction take together: none takes the next kind before all have
 * reached it (`ranked`).
 */
export const LOCK_ORDER = { holders: 1, counters: 2, firstOrders: 3, levels: 4 } as const;
