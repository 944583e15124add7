import type { AccountKind } from '../../entities/account/account.ts';

/** The two doors through which people sign in: the same routes stand at both, under a path of their own. */
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
