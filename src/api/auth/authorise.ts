import { RequestFault } from '../http/errors/failure.ts';
import type { Access, RouteFacts } from '../http/route.ts';
import { GUEST, type Principal } from './principal.ts';

/** The kinds of caller that each access admits, before any check of permissions. */
const ADMITTED: Record<Exclude<Access, 'public' | 'webhook'>, readonly Principal['kind'][]> = {
  store: ['guest', 'customer', 'staff', 'key'],
  cart: ['guest', 'customer', 'staff', 'key'],
  checkout: ['guest', 'customer', 'staff', 'key'],
  order: ['guest', 'customer', 'staff', 'key'],
  customer: ['customer'],
  staff: ['staff', 'key'],
  person: ['staff'],
};

/**
 * Checks that a caller may use a route. The route's own queries restrict the rows.
 * @throws RequestFault AUTHENTICATION_REQUIRED, MFA_REQUIRED, FORBIDDEN.
 */
export function authorise({ access, permission, beforeMfa }: RouteFacts, principal: Principal): void {
  if (access === 'public' || access === 'webhook' || permission === 'public') return;
  const isAdmitted = ADMITTED[access].includes(principal.kind);
  if (!isAdmitted && principal === GUEST) {
    throw new RequestFault('AUTHENTICATION_REQUIRED', { headers: { 'WWW-Authenticate': 'Bearer' } });
  }
  if (!isAdmitted) throw new RequestFault('FORBIDDEN', { details: { for: ADMITTED[access] } });
  if (principal.kind === 'staff' && principal.awaitsMfa && !beforeMfa) throw new RequestFault('MFA_REQUIRED');
  if (principal.permissions.has(permission)) return;
  if (principal === GUEST)
    throw new RequestFault('AUTHENTICATION_REQUIRED', { headers: { 'WWW-Authenticate': 'Bearer' } });
  throw new RequestFault('FORBIDDEN', { details: { missing: permission } });
}
