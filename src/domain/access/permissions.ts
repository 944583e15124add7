/**
 * Every permission, as `resource:action`. Staff and API keys act on the whole store; customers and guests only on their
 * own resources (a guest proves ownership with the cart token).
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

/** Permissions of a guest. `orders:*` includes the checkout that creates the order. */
export const GUEST_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>([
  'products:read',
  'cart:create',
  'cart:read',
  'cart:update',
  'cart:delete',
  'orders:create',
  'orders:read',
]);

/** Permissions of a signed-in customer, for their own resources. */
export const CUSTOMER_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>([
  ...GUEST_PERMISSIONS,
  'account:read',
  'account:update',
  'reviews:create',
  'reviews:update',
]);

/** Permissions of every staff member, whatever the role: manage the own account. */
export const OWN_ACCOUNT: readonly Permission[] = ['account:read', 'account:update'];

/** Permissions that API keys cannot have: a key that creates keys or staff could survive its own revocation. */
export const FOR_PEOPLE_ONLY: ReadonlySet<Permission> = new Set<Permission>([
  ...OWN_ACCOUNT,
  'staff:manage',
  'roles:manage',
  'api-keys:manage',
]);

/** Returns the permissions in `requested` that the granting person does not hold. */
export const missingPermissions = (held: ReadonlySet<string>, requested: readonly string[]): string[] =>
  requested.filter((permission) => !held.has(permission));
