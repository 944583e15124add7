import { etagOf } from '../../http/respond.ts';
import type { Answer } from '../../http/route.ts';

/** An answer as it goes over the wire. */
export interface CachedResponse {
  json: string;
  etag: string;
}

export function cachedResponseOf(view: object): CachedResponse {
  const json = JSON.stringify(view);
  return { json, etag: etagOf(json) };
}

/** In seconds. Short, since stock changes by the second; after it the ETag makes asking again cheap. */
const FRESH = 5;
const STALE = 30;

/** Answers a page that is kept, and the same for everybody. */
export const answerOf = ({ json, etag }: CachedResponse): Answer => ({
  status: 200,
  json,
  etag,
  headers: { 'Cache-Control': publicFor(Number.POSITIVE_INFINITY) },
});

/**
 * Answers a page with prices. Caches on the way may give it to everybody who is not signed in, until these prices end;
 * what a customer gets stays with that customer, whose prices may be others.
 */
export function pricedAnswerOf(
  { json, etag }: CachedResponse,
  { until, isSignedIn }: { until: number; isSignedIn: boolean },
): Answer {
  const cacheControl = isSignedIn ? 'private, no-cache' : publicFor((until - Date.now()) / 1_000);
  return { status: 200, json, etag, headers: { 'Cache-Control': cacheControl, Vary: 'Authorization' } };
}

function publicFor(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  const fresh = Math.min(FRESH, left);
  const stale = Math.min(STALE, left - fresh);
  return `public, max-age=${fresh}${stale > 0 ? `, stale-while-revalidate=${stale}` : ''}`;
}
