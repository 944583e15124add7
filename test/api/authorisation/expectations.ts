import type { Caller } from './callers.ts';

/** What a route answers: to those who are let in, and to each of the others. */
export interface Row {
  route: string;
  /** Expected statuses by caller; for refusals with the code of the error. */
  expected: Record<Caller, Expected>;
  /** Whether it looks at credentials at all: then bad ones are refused. */
  asks: boolean;
  /** Its answer is the same for everybody; `priced`: for everybody but customers. */
  isPublicRead?: true | 'priced';
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
export const open = (route: string, ok: number): Row => ({
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

/** The same with prices, which customers may have of their own. */
export const pricedCatalogue = (route: string, ok: number): Row => ({ ...shelf(route, ok), isPublicRead: 'priced' });

/** Everybody who may read products: that is everybody, but for a key that was not made for it. */
export const shelf = (route: string, ok: number): Row => ({
  ...open(route, ok),
  asks: true,
  isPublicRead: true,
  expected: { ...open(route, ok).expected, half: HALF, keyWithout: NO },
});

/** A cart or a checkout: of the guest who holds the token, or of the customer. Staff reach none without a token. */
export const cart = (
  route: string,
  {
    ok,
    nobody = TOKENLESS,
    other = 404,
    readers = [],
    tokenless = TOKENLESS,
  }: { ok: number; nobody?: Expected; other?: Expected; readers?: Role[]; tokenless?: Expected },
): Row => ({
  route,
  asks: true,
  expected: {
    nobody,
    guest: ok,
    customer: ok,
    other,
    ...roles((role) => (readers.includes(role) ? tokenless : NO)),
    half: HALF,
    keyWith: readers.length > 0 ? tokenless : NO,
    keyWithout: NO,
  },
});

const ORDER_TOKENLESS = '401 ORDER_TOKEN_REQUIRED';

/** An order of a guest who shows the token of its cart, or of the customer who needs none. */
export const guestOrder = (route: string, ok: number, readers: Role[] = []): Row =>
  cart(route, { ok, readers, nobody: ORDER_TOKENLESS, tokenless: ORDER_TOKENLESS });

/** A customer's own account. `other`: what another customer gets where the path names a thing of this one. */
export const own = (route: string, ok: number, other: Expected = ok): Row => ({
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
export const staffOwn = (route: string, ok: number, half: Expected = HALF): Row => ({
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
export const admin = (
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

export const STORE = '/api/v1/store';
export const ADMIN = '/api/v1/admin';
