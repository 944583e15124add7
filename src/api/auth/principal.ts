import { CUSTOMER_PERMISSIONS, GUEST_PERMISSIONS, type Permission } from '../../domain/access/permissions.ts';

/** Who asks, and what they may do. */
export type Principal = Guest | Person | KeyHolder;

export interface Guest {
  kind: 'guest';
  permissions: ReadonlySet<Permission>;
}

export interface Person {
  kind: 'customer' | 'staff';
  accountId: string;
  sessionId: string;
  permissions: ReadonlySet<Permission>;
  /** The second factor is still to be given: until then nothing else is allowed. */
  awaitsMfa: boolean;
}

/** An external service, and the member of staff who made its key. */
export interface KeyHolder {
  kind: 'key';
  keyId: string;
  accountId: string;
  permissions: ReadonlySet<Permission>;
}

export const GUEST: Guest = { kind: 'guest', permissions: GUEST_PERMISSIONS };

/** A signed-in customer, as every one of them is. */
export const customerOf = (accountId: string, sessionId: string): Person => ({
  kind: 'customer',
  accountId,
  sessionId,
  permissions: CUSTOMER_PERMISSIONS,
  awaitsMfa: false,
});

/** What tells one caller from another: the account, the key, else the address that a guest comes from. */
export const callerOf = (principal: Principal, address: string | undefined): string => {
  if (principal.kind === 'guest') return `address ${address ?? 'unknown'}`;
  return principal.kind === 'key' ? `key ${principal.keyId}` : `account ${principal.accountId}`;
};

/** The caller of a route that lets in only people with a session. @throws Error when the route lets in others. */
export function ownSession(principal: Principal): Person {
  if (principal.kind === 'customer' || principal.kind === 'staff') return principal;
  throw new Error(`a ${principal.kind} has no session: the route must not let it in`);
}

/** A member of staff with a session. @throws Error when the route lets in others. */
export function staffMember(principal: Principal): Person {
  if (principal.kind === 'staff') return principal;
  throw new Error(`a ${principal.kind} is no member of staff: the route must not let it in`);
}
