import { CUSTOMER_PERMISSIONS, GUEST_PERMISSIONS, type Permission } from '../../domain/access/permissions.ts';

/** The caller of a request, with permissions. */
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
  /** True until the session gives its second factor; until then only routes with `beforeMfa` are allowed. */
  awaitsMfa: boolean;
}

/** An external service with an API key; `accountId` is the member of staff who created the key. */
export interface KeyHolder {
  kind: 'key';
  keyId: string;
  accountId: string;
  permissions: ReadonlySet<Permission>;
}

export const GUEST: Guest = { kind: 'guest', permissions: GUEST_PERMISSIONS };

/** The principal of a signed-in customer. */
export const customerPrincipal = (accountId: string, sessionId: string): Person => ({
  kind: 'customer',
  accountId,
  sessionId,
  permissions: CUSTOMER_PERMISSIONS,
  awaitsMfa: false,
});

/** A text that identifies a caller: the account, the API key, or the network of a guest. */
export const callerKey = (principal: Principal, address: string | undefined): string => {
  if (principal.kind === 'guest') return `address ${address ?? 'unknown'}`;
  return principal.kind === 'key' ? `key ${principal.keyId}` : `account ${principal.accountId}`;
};

/** The caller of a route that admits only people with a session. @throws Error if the route admits others. */
export function requireSession(principal: Principal): Person {
  if (principal.kind === 'customer' || principal.kind === 'staff') return principal;
  throw new Error(`A ${principal.kind} has no session: the route must not admit this kind of caller.`);
}

/** The caller of a route that admits only staff with a session. @throws Error if the route admits others. */
export function requireStaff(principal: Principal): Person {
  if (principal.kind === 'staff') return principal;
  throw new Error(`A ${principal.kind} is not a member of staff: the route must not admit this kind of caller.`);
}
