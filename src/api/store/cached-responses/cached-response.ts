import { etagOf } from '../../http/respond.ts';
import type { Answer } from '../../http/route.ts';

/** A serialised response body with its ETag. */
export interface CachedResponse {
  json: string;
  etag: string;
}

export function cachedResponseOf(view: object): CachedResponse {
  const json = JSON.stringify(view);
  return { json, etag: etagOf(json) };
}

/** Short, because stock changes by the second; afterwards the ETag makes a revalidation cheap. */
const FRESH_SECONDS = 5;
const STALE_SECONDS = 30;

/** Responds with a cached response that is the same for every client. */
export const answerOf = ({ json, etag }: CachedResponse): Answer => ({
  status: 200,
  json,
  etag,
  headers: { 'Cache-Control': publicUntil(Number.POSITIVE_INFINITY) },
});

/**
 * Responds with prices. Shared caches may serve the response to visitors who are not signed in until the prices change;
 * a customer's response is private, because the customer's prices may differ. `until`: Unix time in milliseconds.
 */
export function pricedAnswerOf(
  { json, etag }: CachedResponse,
  { until, isSignedIn }: { until: number; isSignedIn: boolean },
): Answer {
  const cacheControl = isSignedIn ? 'private, no-cache' : publicUntil(until);
  return { status: 200, json, etag, headers: { 'Cache-Control': cacheControl, Vary: PRICES_VARY } };
}

/** The request header that prices depend on. */
export const PRICES_VARY = 'Authorization';

/** The `Cache-Control` of a response to visitors who are not signed in, whose prices change at `until`. */
export const publicUntil = (until: number): string => publicFor((until - Date.now()) / 1_000);

/** The instant before which `publicUntil` is constant. */
export const constantUntil = (until: number): number => until - (FRESH_SECONDS + STALE_SECONDS) * 1_000;

function publicFor(seconds: number): string {
  const remaining = Math.max(0, Math.floor(seconds));
  const fresh = Math.min(FRESH_SECONDS, remaining);
  const stale = Math.min(STALE_SECONDS, remaining - fresh);
  return `public, max-age=${fresh}${stale > 0 ? `, stale-while-revalidate=${stale}` : ''}`;
}
