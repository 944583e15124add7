import { OWN_ACCOUNT, PERMISSIONS, type Permission } from './permissions.ts';

export interface BuiltinRole {
  name: string;
  permissions: readonly Permission[];
}

const storeOnly = /^(cart|account):|^(orders|reviews):create$|^reviews:update$/;

/** What can be given to staff at all: the rest is for customers, whose own things they act on. */
export const STAFF_PERMISSIONS: readonly Permission[] = PERMISSIONS.filter((permission) => !storeOnly.test(permission));

/** The roles that every shop has; a shop adds its own. */
export const BUILTIN_ROLES: readonly BuiltinRole[] = [
  { name: 'admin', permissions: STAFF_PERMISSIONS },
  {
    name: 'catalogue-manager',
    permissions: [
      'products:create',
      'products:read',
      'products:update',
      'products:delete',
      'discounts:manage',
      'price-lists:manage',
      'bundles:manage',
      'analytics:read',
    ],
  },
  {
    name: 'order-manager',
    permissions: [
      'products:read',
      'orders:read',
      'orders:update',
      'orders:refund',
      'customers:read',
      'customers:update',
      'analytics:read',
      'queues:view',
    ],
  },
  {
    name: 'support',
    permissions: ['products:read', 'orders:read', 'customers:read', 'customers:update', 'reviews:moderate'],
  },
  { name: 'analyst', permissions: ['products:read', 'analytics:read'] },
];

/** What a member of staff with a role of these permissions may do. */
export const staffPermissions = (ofRole: readonly string[]): ReadonlySet<Permission> =>
  new Set([...PERMISSIONS.filter((permission) => ofRole.includes(permission)), ...OWN_ACCOUNT]);
