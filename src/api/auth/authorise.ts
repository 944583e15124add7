import { RequestFault } from '../http/errors/failure.ts';
import type { Access, RouteFacts } from '../http/route.ts';
import { GUEST, type Principal } from './principal.ts';

/** Whom a route lets in at all, before it is asked what they may do. */
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
 * Decides whether a caller may use a route; which rows they reach is decided by the route's own queries.
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
