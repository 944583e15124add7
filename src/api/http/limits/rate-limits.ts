import { networkOf } from '../../../infra/network/network.ts';
import type { RedisClient } from '../../../infra/redis/connections.ts';
import { type Counter, openCounter, type Spent } from '../../../infra/redis/rate-limit.ts';
import { callerKey, type Principal } from '../../auth/principal.ts';
import { RequestFault } from '../errors/failure.ts';
import { setHeaders } from '../respond.ts';
import type { Raw, RouteFacts } from '../route.ts';

/** Requests per caller and minute, by kind; `guesses`: passwords or codes per caller and 15 minutes. */
export type Rates = Record<'read' | 'write' | 'sign-in' | 'guesses', number>;

export interface RateLimits extends Record<'read' | 'write' | 'sign-in', Counter> {
  /** New carts, stored for weeks. Each also counts as a write; carts of API keys count only as writes. */
  carts: Counter;
  /** Guesses at an account from one network or device, at an account in total, and at all accounts from one network. */
  guesses: { accountAtOrigin: Counter; account: Counter; address: Counter };
  /** EMAIL_TAKEN answers to one network. Counted apart from guesses, which must not block registrations. */
  emailProbes: Counter;
  /** Requests for password reset mails from one network; never given back. */
  mailRequests: Counter;
}

const MINUTE = 60;
const HOUR = 3_600;
const QUARTER_HOUR = 900;
const DAY = 86_400;
/** Daily carts per caller, in multiples of the writes per minute: 200 buyers an hour may share one address. */
const CARTS_PER_WRITE = 20;

export function openLimits(redis: RedisClient, rates: Rates): RateLimits {
  const counter = (name: string, points: number, seconds: number) => openCounter(redis, { name, points, seconds });
  const coarse = (name: string, points: number, seconds: number) =>
    openCounter(redis, { name, points, seconds, isCoarse: true });
  const { guesses } = rates;
  return {
    read: coarse('read', rates.read, MINUTE),
    write: coarse('write', rates.write, MINUTE),
    carts: coarse('carts', rates.write * CARTS_PER_WRITE, DAY),
    'sign-in': counter('sign-in', rates['sign-in'], MINUTE),
    guesses: {
      accountAtOrigin: counter('guess-account-origin', guesses, QUARTER_HOUR),
      // Ten times the limit of one network: guesses from a single network cannot lock the owner out.
      account: counter('guess-account', guesses * 10, HOUR),
      address: counter('guess-address', guesses * 20, QUARTER_HOUR),
    },
    emailProbes: counter('email-probe', guesses * 20, QUARTER_HOUR),
    mailRequests: counter('mail-request', guesses * 20, QUARTER_HOUR),
  };
}

/**
 * Counts a request and sets the RateLimit headers (IETF draft 8).
 * Without Redis, reads and writes have no limit; sign-ins are refused.
 * @throws RequestFault TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE.
 */
export async function limitRate(
  limits: RateLimits,
  facts: Pick<RouteFacts, 'access' | 'limit' | 'method'>,
  { principal, raw: { request, response } }: { principal: Principal; raw: Raw },
): Promise<void> {
  if (facts.limit === 'none' || facts.access === 'webhook') return;
  const isCart = facts.limit === 'carts' && principal.kind !== 'key';
  const counter = limits[facts.limit === 'sign-in' ? 'sign-in' : facts.method === 'get' ? 'read' : 'write'];
  const caller = callerKey(principal, networkOf(request.ip ?? 'unknown'));
  const [spent, carts] = isCart
    ? await Promise.all([counter.spend(caller), limits.carts.spend(caller)])
    : [counter.spendPrefetched(caller) ?? (await counter.spend(caller)), false as const];
  if (carts && carts !== 'unavailable' && carts.isOver) throw tooMany(limits.carts, carts);
  if (spent === 'unavailable') {
    if (facts.limit === 'sign-in') throw new RequestFault('SIGN_IN_UNAVAILABLE');
    return;
  }
  setHeaders(response, rateLimitHeaders(counter, spent));
  if (spent.isOver) throw tooMany(counter, spent);
}

/** The RateLimit headers, as names and values in turn: the limit, and what remains of it. */
export const rateLimitHeaders = ({ name, points, seconds }: Counter, spent: Spent): string[] => [
  ...['RateLimit-Policy', `"${name}";q=${points};w=${seconds}`],
  ...['RateLimit', `"${name}";r=${spent.remaining};t=${spent.resetSeconds}`],
];

/** The error of a request beyond its limit; Retry-After holds the seconds until the limit resets. */
export const tooMany = ({ points, seconds }: Counter, { resetSeconds }: Spent): RequestFault =>
  new RequestFault('TOO_MANY_REQUESTS', {
    details: { limit: points, windowSeconds: seconds },
    headers: { 'Retry-After': String(resetSeconds) },
  });
