import type { Caller } from './callers.ts';

/** What a route answers: to those who are let in, and to each of the others. */
export interface Row {
  route: string;
  /** Expected statuses by caller; for refusals with the code of the error. */
  expected: Record<Caller, Expected>;
  /** Whether it looks at credentials at all: then bad ones are refused. */
  asks: boolean;
}

export type Expected = number | `${number} ${string}`;

const STAFF = ['admin', 'catalogue-manager', 'order-manager', 'support', 'analyst'] as const;
export type Role = (typeof STAFF)[number];

const UNKNOWN = '401 AUTHENTICATION_REQUIRED';
const TOKENLESS = '401 CART_TOKEN_REQUIRED';
const NO = '403 FORBIDDEN';
const HALF = '403 MFA_REQUIRED';
const roles = (expect: (role: Role) => Expected) =>
  Object.fromEntries(STAFF.map((role) => [role, expect(role)])) as Record<Role, Expected>;

/** Everybody, whatever they show. */
const open = (route: string, ok: number): Row => ({
  route,
  asks: false,
  expected: {
    nobody: ok,
    guest: ok,
    customer: ok,
    other: ok,
    ...roles(() => ok),
    half: ok,
    keyWith: ok,
    keyWithout: ok,
  },
});

/** Everybody who may read products: that is everybody, but for a key that was not made for it. */
const shelf = (route: string, ok: number): Row => ({
  ...open(route, ok),
  asks: true,
  expected: { ...open(route, ok).expected, half: HALF, keyWithout: NO },
});

/** A cart or a checkout: of the guest who holds the token, or of the customer. Staff reach none without a token. */
const cart = (
  route: string,
  {
    ok,
    nobody = TOKENLESS,
    other = 404,
    readers = [],
  }: { ok: number; nobody?: Expected; other?: Expected; readers?: Role[] },
): Row => ({
  route,
  asks: true,
  expected: {
    nobody,
    guest: ok,
    customer: ok,
    other,
    ...roles((role) => (readers.includes(role) ? TOKENLESS : NO)),
    half: HALF,
    keyWith: readers.length > 0 ? TOKENLESS : NO,
    keyWithout: NO,
  },
});

/** A customer's own account. `other`: what another customer gets where the path names a thing of this one. */
const own = (route: string, ok: number, other: Expected = ok): Row => ({
  route,
  asks: true,
  expected: {
    nobody: UNKNOWN,
    guest: UNKNOWN,
    customer: ok,
    other,
    ...roles(() => NO),
    half: NO,
    keyWith: NO,
    keyWithout: NO,
  },
});

/** The own account of a member of staff, whatever the role. `half`: who has not given the second factor. */
const staffOwn = (route: string, ok: number, half: Expected = HALF): Row => ({
  route,
  asks: true,
  expected: {
    nobody: UNKNOWN,
    guest: UNKNOWN,
    customer: NO,
    other: NO,
    ...roles(() => ok),
    half,
    keyWith: NO,
    keyWithout: NO,
  },
});

/** The admin API: the roles that are let in, and API keys unless it is for people only. */
const admin = (
  route: string,
  ok: number,
  { to = [], people = false }: { to?: Role[]; people?: boolean } = {},
): Row => ({
  route,
  asks: true,
  expected: {
    nobody: UNKNOWN,
    guest: UNKNOWN,
    customer: NO,
    other: NO,
    ...roles((role) => (role === 'admin' || to.includes(role) ? ok : NO)),
    half: HALF,
    keyWith: people ? NO : ok,
    keyWithout: NO,
  },
});

const people = { people: true } as const;
const care: { to: Role[] } = { to: ['order-manager', 'support'] };
const watch: { to: Role[] } = { to: ['order-manager'] };
const STORE = '/api/v1/store';
const ADMIN = '/api/v1/admin';

/**
 * Written by hand, one line a route: who gets in, and what a harmless request then gets. A route that is not here fails
 * the test, and so does one whose permission is changed without this line.
 */
export const ROWS: readonly Row[] = [
  open('GET /healthz', 200),
  open('GET /readyz', 200),
  open('POST /api/v1/webhooks/payments/{provider}', 400),

  shelf(`GET ${STORE}/products`, 200),
  shelf(`GET ${STORE}/products/{idOrSlug}`, 404),
  shelf(`GET ${STORE}/collections`, 200),

  cart(`POST ${STORE}/cart`, { ok: 201, nobody: 201, other: 201 }),
  cart(`GET ${STORE}/cart/{id}`, { ok: 200 }),
  cart(`POST ${STORE}/cart/{id}/items`, { ok: 201 }),
  cart(`PATCH ${STORE}/cart/{id}/items/{itemId}`, { ok: 200 }),
  cart(`DELETE ${STORE}/cart/{id}/items/{itemId}`, { ok: 200 }),
  cart(`POST ${STORE}/cart/{id}/discounts`, { ok: 422 }),
  cart(`DELETE ${STORE}/cart/{id}/discounts/{code}`, { ok: 404 }),
  cart(`GET ${STORE}/cart/{id}/shipping-methods`, { ok: 200 }),
  cart(`PUT ${STORE}/cart/{id}/shipping`, { ok: 200 }),
  cart(`POST ${STORE}/pricing/explain`, { ok: 200 }),
  cart(`POST ${STORE}/checkout`, { ok: 202 }),
  cart(`GET ${STORE}/checkout/{id}`, { ok: 200, readers: ['admin', 'order-manager', 'support'] }),
  cart(`GET ${STORE}/checkout/{id}/events`, { ok: 200, readers: ['admin', 'order-manager', 'support'] }),
  cart(`POST ${STORE}/checkout/{id}/payment`, { ok: 409 }),
  cart(`POST ${STORE}/checkout/{id}/cancel`, { ok: 202 }),

  open(`POST ${STORE}/account/register`, 400),
  open(`POST ${STORE}/account/login`, 400),
  open(`POST ${STORE}/account/refresh`, 400),
  open(`POST ${STORE}/account/password/forgotten`, 400),
  open(`POST ${STORE}/account/password/reset`, 400),
  open(`POST ${STORE}/account/email/verify`, 400),
  own(`GET ${STORE}/account`, 200),
  own(`PATCH ${STORE}/account`, 200),
  own(`POST ${STORE}/account/password`, 400),
  own(`POST ${STORE}/account/email/verification`, 202),
  own(`POST ${STORE}/account/logout`, 204),
  own(`POST ${STORE}/account/logout-everywhere`, 204),
  own(`GET ${STORE}/account/sessions`, 200),
  own(`DELETE ${STORE}/account/sessions/{id}`, 204, 404),
  own(`GET ${STORE}/account/addresses`, 200),
  own(`POST ${STORE}/account/addresses`, 400),
  own(`GET ${STORE}/account/addresses/{id}`, 200, 404),
  own(`PATCH ${STORE}/account/addresses/{id}`, 200, 404),
  own(`DELETE ${STORE}/account/addresses/{id}`, 204, 404),
  own(`GET ${STORE}/account/cart`, 200),
  own(`GET ${STORE}/account/export`, 200),
  own(`POST ${STORE}/account/erasure`, 400),

  open(`POST ${ADMIN}/account/login`, 400),
  open(`POST ${ADMIN}/account/refresh`, 400),
  open(`POST ${ADMIN}/account/password/forgotten`, 400),
  open(`POST ${ADMIN}/account/password/reset`, 400),
  open(`POST ${ADMIN}/account/email/verify`, 400),
  staffOwn(`GET ${ADMIN}/account`, 200),
  staffOwn(`PATCH ${ADMIN}/account`, 200),
  staffOwn(`POST ${ADMIN}/account/password`, 400),
  staffOwn(`POST ${ADMIN}/account/email/verification`, 202),
  staffOwn(`POST ${ADMIN}/account/logout`, 204, 204),
  staffOwn(`POST ${ADMIN}/account/logout-everywhere`, 204),
  staffOwn(`GET ${ADMIN}/account/sessions`, 200),
  staffOwn(`DELETE ${ADMIN}/account/sessions/{id}`, 404),
  staffOwn(`POST ${ADMIN}/account/mfa`, 201, 409),
  staffOwn(`POST ${ADMIN}/account/mfa/confirm`, 400, 400),
  staffOwn(`POST ${ADMIN}/account/mfa/verify`, 400, 400),
  staffOwn(`POST ${ADMIN}/account/mfa/recovery-codes`, 400),
  staffOwn(`DELETE ${ADMIN}/account/mfa`, 400),

  admin(`GET ${ADMIN}/staff`, 200),
  admin(`GET ${ADMIN}/staff/{id}`, 404),
  admin(`POST ${ADMIN}/staff`, 400, people),
  admin(`PATCH ${ADMIN}/staff/{id}`, 404, people),
  admin(`DELETE ${ADMIN}/staff/{id}`, 404, people),
  admin(`POST ${ADMIN}/staff/{id}/block`, 404, people),
  admin(`POST ${ADMIN}/staff/{id}/unblock`, 404, people),
  admin(`POST ${ADMIN}/staff/{id}/invitation`, 404, people),
  admin(`POST ${ADMIN}/staff/{id}/mfa/reset`, 404, people),
  admin(`GET ${ADMIN}/staff/{id}/sessions`, 200, people),
  admin(`DELETE ${ADMIN}/staff/{id}/sessions/{sessionId}`, 404, people),
  admin(`GET ${ADMIN}/roles`, 200),
  admin(`GET ${ADMIN}/roles/{id}`, 404),
  admin(`POST ${ADMIN}/roles`, 400, people),
  admin(`PATCH ${ADMIN}/roles/{id}`, 404, people),
  admin(`DELETE ${ADMIN}/roles/{id}`, 404, people),

  admin(`GET ${ADMIN}/customers`, 200, care),
  admin(`GET ${ADMIN}/customers/{id}`, 404, care),
  admin(`PATCH ${ADMIN}/customers/{id}`, 404, care),
  admin(`POST ${ADMIN}/customers/{id}/block`, 404, care),
  admin(`POST ${ADMIN}/customers/{id}/unblock`, 404, care),
  admin(`POST ${ADMIN}/customers/{id}/logout-everywhere`, 404, care),
  admin(`POST ${ADMIN}/customers/{id}/password-reset`, 404, care),
  admin(`GET ${ADMIN}/customers/{id}/addresses`, 200, care),
  admin(`POST ${ADMIN}/customers/{id}/addresses`, 400, care),
  admin(`PATCH ${ADMIN}/customers/{id}/addresses/{addressId}`, 404, care),
  admin(`DELETE ${ADMIN}/customers/{id}/addresses/{addressId}`, 404, care),
  admin(`GET ${ADMIN}/customers/{id}/export`, 404, care),
  admin(`POST ${ADMIN}/customers/{id}/erasure`, 404),
  admin(`GET ${ADMIN}/customer-groups`, 200, care),
  admin(`POST ${ADMIN}/customer-groups`, 400, care),
  admin(`PATCH ${ADMIN}/customer-groups/{id}`, 400, care),
  admin(`DELETE ${ADMIN}/customer-groups/{id}`, 404, care),
  admin(`PUT ${ADMIN}/customer-groups/{id}/members/{customerId}`, 404, care),
  admin(`DELETE ${ADMIN}/customer-groups/{id}/members/{customerId}`, 404, care),

  admin(`GET ${ADMIN}/api-keys`, 200, people),
  admin(`POST ${ADMIN}/api-keys`, 400, people),
  admin(`POST ${ADMIN}/api-keys/{id}/rotate`, 404, people),
  admin(`DELETE ${ADMIN}/api-keys/{id}`, 404, people),
  admin(`GET ${ADMIN}/audit-log`, 200),
  admin(`GET ${ADMIN}/checkouts/{id}/price`, 404, { to: ['order-manager', 'support'] }),
  admin(`GET ${ADMIN}/orders/{id}/price`, 404, { to: ['order-manager', 'support'] }),
  admin(`GET ${ADMIN}/queues`, 200, watch),
  admin(`GET ${ADMIN}/queues/{queue}/failed`, 200, watch),
  admin(`POST ${ADMIN}/queues/{queue}/redrive`, 202),
  admin(`POST ${ADMIN}/queues/{queue}/jobs/{id}/redrive`, 404),
];
