/** Names that every object of JavaScript has. */
export const PROTOTYPE_NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'] as const;

/** Percent-encoded texts for a path parameter, or for the value of a query parameter. */
export const HOSTILE_PARTS: readonly string[] = [
  ...PROTOTYPE_NAMES,
  '9'.repeat(400),
  '1e309',
  '-1',
  'a%00b',
  // Half of a surrogate pair, as UTF-8 does not allow it.
  '%ED%A0%80',
  '%ZZ',
  '%27%3B--',
  'x'.repeat(4_000),
];

/** Query strings that are hostile as a whole, for a route of whatever parameters. */
export const HOSTILE_QUERIES: readonly string[] = [
  PROTOTYPE_NAMES.map((name) => `${name}=${name}`).join('&'),
  '__proto__[isAdmin]=1&constructor.prototype=1',
  'a=1&'.repeat(1_500),
];

/** Headers that some part of the server reads. */
export const READ_HEADERS = [
  'accept',
  'accept-language',
  'authorization',
  'content-type',
  'cookie',
  'forwarded',
  'host',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'origin',
  'prefer',
  'range',
  'stripe-signature',
  'traceparent',
  'user-agent',
  'x-api-key',
  'x-cart-token',
  'x-forwarded-for',
  'x-request-id',
] as const;

/** Texts that a header can hold. */
export const HOSTILE_HEADERS: readonly string[] = [
  ...PROTOTYPE_NAMES,
  '',
  '-1',
  'wait=99999999999',
  '9'.repeat(400),
  't=9,v1=9, ;;=,"',
  '\u00ff\u00fe\u0080',
  'x'.repeat(6_000),
  'Bearer eyJhbGciOiJIUzI1NiIsImtpZCI6ImNvbnN0cnVjdG9yIn0.e30.x',
];
