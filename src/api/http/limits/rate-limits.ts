import type { Redis } from 'ioredis';
import { networkOf } from '../../../infra/network/network.ts';
import { type Counter, openCounter, type Spent } from '../../../infra/redis/rate-limit.ts';
import { callerOf, type Principal } from '../../auth/principal.ts';
import { RequestFault } from '../errors/failure.ts';
import type { Raw, RouteFacts } from '../route.ts';

/** How many requests of a kind one caller may make in a minute; `guesses`: passwords or codes in a quarter of an hour. */
export type Rates = Record<'read' | 'write' | 'sign-in' | 'guesses', number>;

export interface Limits extends Record<'read' | 'write' | 'sign-in', Counter> {
  /** New carts, which stay for weeks; each counts as a write, too. Those of API keys, which buy for many, count as writes only. */
  carts: Counter;
  /** Of an account from one address or known device, of an account from anywhere, of all accounts from one address. */
  guesses: { accountAtOrigin: Counter; account: Counter; address: Counter };
  /** Answers to one address that an e-mail address has an account. Apart from guesses: these must not stop registrations. */
  emailProbes: Counter;
  /** Requests for reset mails from one address, which nothing gives back. */
  mailRequests: Counter;
}

const MINUTE = 60;
const HOUR = 3_600;
const QUARTER = 900;
const DAY = 86_400;
/** New carts of a caller in a day, for each write in a minute: two hundred buyers an hour behind one address are no abuse. */
const CARTS_PER_WRITE = 20;

export function openLimits(redis: Redis, rates: Rates): Limits {
  const counter = (name: string, points: number, seconds: number) => openCounter(redis, { name, points, seconds });
  const { guesses } = rates;
  return {
    read: openCounter(redis, { name: 'read', points: rates.read, seconds: MINUTE, isCoarse: true }),
    write: counter('write', rates.write, MINUTE),
    carts: openCounter(redis, { name: 'carts', points: rates.write * CARTS_PER_WRITE, seconds: DAY, isCoarse: true }),
    'sign-in': counter('sign-in', rates['sign-in'], MINUTE),
    guesses: {
      accountAtOrigin: counter('guess-account-origin', guesses, QUARTER),
      // Wide enough that a stranger cannot lock somebody out by guessing from one place.
      account: counter('guess-account', guesses * 10, HOUR),
      address: counter('guess-address', guesses * 20, QUARTER),
    },
    emailProbes: counter('email-probe', guesses * 20, QUARTER),
    mailRequests: counter('mail-request', guesses * 20, QUARTER),
  };
}

/**
 * Counts a request and tells the client where it stands, in the headers of the IETF draft (RateLimit fields, draft 8).
 * With Redis away, reading and writing are not limited; signing in is refused.
 * @throws RequestFault TOO_MANY_REQUESTS, SIGN_IN_UNAVAILABLE.
 */
export async function limitRate(
  limits: Limits,
  facts: Pick<RouteFacts, 'access' | 'limit' | 'method'>,
  { principal, raw: { request, response } }: { principal: Principal; raw: Raw },
): Promise<void> {
  if (facts.limit === 'none' || facts.access === 'webhook') return;
  const isCart = facts.limit === 'carts' && principal.kind !== 'key';
  const counter = limits[facts.limit === 'sign-in' ? 'sign-in' : facts.method === 'get' ? 'read' : 'write'];
  const caller = callerOf(principal, networkOf(request.ip ?? 'unknown'));
  const [spent, carts] = await Promise.all([counter.spend(caller), isCart && limits.carts.spend(caller)]);
  if (carts && carts !== 'unavailable' && carts.isOver) throw tooMany(limits.carts, carts);
  if (spent === 'unavailable') {
    if (facts.limit === 'sign-in') throw new RequestFault('SIGN_IN_UNAVAILABLE');
    return;
  }
  writeRateLimit(response, counter, spent);
  if (spent.isOver) throw tooMany(counter, spent);
}

/** Writes what is left to the caller of a count. */
export function writeRateLimit(response: Raw['response'], { name, points, seconds }: Counter, spent: Spent): void {
  response.setHeader('RateLimit-Policy', `"${name}";q=${points};w=${seconds}`);
  response.setHeader('RateLimit', `"${name}";r=${spent.remaining};t=${spent.resetSeconds}`);
}

/** The refusal of what came too often. */
export const tooMany = ({ points, seconds }: Counter, { resetSeconds }: Spent): RequestFault =>
  new RequestFault('TOO_MANY_REQUESTS', {
    details: { limit: points, windowSeconds: seconds },
    headers: { 'Retry-After': String(resetSeconds) },
  });
