import type { AccountKind } from '../../entities/account/account.ts';

/** The accounts of customers, or of staff: both realms have the same routes, under different paths. */
export interface SignInRealm {
  kind: AccountKind;
  path: string;
  access: 'customer' | 'person';
  tag: string;
}

export const STORE_REALM: SignInRealm = {
  kind: 'customer',
  path: '/api/v1/store/account',
  access: 'customer',
  tag: 'Account',
};

export const STAFF_REALM: SignInRealm = {
  kind: 'staff',
  path: '/api/v1/admin/account',
  access: 'person',
  tag: 'Staff account',
};
