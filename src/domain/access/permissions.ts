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
  'customers:delete',
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
  'staff:read',
  'staff:manage',
  'roles:manage',
  'api-keys:manage',
  'webhooks:manage',
  'audit:read',
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

/** What every signed-in customer may do, with what is their own. */
export const CUSTOMER_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>([
  ...GUEST_PERMISSIONS,
  'account:read',
  'account:update',
  'reviews:create',
  'reviews:update',
]);

/** What every member of staff may do, whatever the role: look after the own account. */
export const OWN_ACCOUNT: readonly Permission[] = ['account:read', 'account:update'];

/** What only people may do: a key that could make keys or people would outlive being revoked. */
export const FOR_PEOPLE_ONLY: ReadonlySet<Permission> = new Set<Permission>([
  ...OWN_ACCOUNT,
  'staff:manage',
  'roles:manage',
  'api-keys:manage',
]);

/** Whether `wanted` goes beyond what its giver holds; answers the permissions that are too much. */
export const beyond = (held: ReadonlySet<string>, wanted: readonly string[]): string[] =>
  wanted.filter((permission) => !held.has(permission));
