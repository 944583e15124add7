/**
 * Every permission, as `resource:action`. Whose rows it reaches follows from who holds it: staff and API keys act on
 * the whole store; customers and guests only on what is their own (a guest proves that by the cart's token).
 */
export const PERMISSIONS = [
  'products:create',
  'products:read',
  'products:update',
  'products:delete',
  'cart:create',
  'cart:read',
  'cart:update',
  'cart:delete',
  'orders:create',
  'orders:read',
  'orders:update',
  'orders:refund',
  'customers:read',
  'customers:update',
  'account:read',
  'account:update',
  'reviews:create',
  'reviews:update',
  'reviews:moderate',
  'discounts:manage',
  'price-lists:manage',
  'bundles:manage',
  'analytics:read',
  'queues:view',
  'queues:operate',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What someone may do who has not signed in. `orders:*` covers the checkout that makes the order. */
export const GUEST_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>([
  'products:read',
  'cart:create',
  'cart:read',
  'cart:update',
  'cart:delete',
  'orders:create',
  'orders:read',
]);
