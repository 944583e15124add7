import { OWN_ACCOUNT, PERMISSIONS, type Permission } from './permissions.ts';

export interface BuiltinRole {
  name: string;
  permissions: readonly Permission[];
}

const CUSTOMER_ONLY = /^(cart|account):|^(orders|reviews):create$|^reviews:update$/;

/** Permissions that staff can have; the others are for customers and their own resources. */
export const STAFF_PERMISSIONS: readonly Permission[] = PERMISSIONS.filter(
  (permission) => !CUSTOMER_ONLY.test(permission),
);

/** The roles of every shop; a shop can add its own. */
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

/** Returns the permissions of a staff member whose role has these permissions. */
export const staffPermissions = (rolePermissions: readonly string[]): ReadonlySet<Permission> =>
  new Set([...PERMISSIONS.filter((permission) => rolePermissions.includes(permission)), ...OWN_ACCOUNT]);
