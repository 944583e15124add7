import { etagOf } from '../respond.ts';
import type { Answer } from '../route.ts';

/** An answer as it goes over the wire. */
export interface Page {
  json: string;
  etag: string;
}

export function pageOf(view: object): Page {
  const json = JSON.stringify(view);
  return { json, etag: etagOf(json) };
}

/** Short, since stock changes by the second; after it the ETag makes asking again cheap. */
const CACHE_CONTROL = 'public, max-age=5, stale-while-revalidate=30';

/** Answers a page that is kept. */
export const answerOf = ({ json, etag }: Page): Answer => ({
  status: 200,
  json,
  etag,
  headers: { 'Cache-Control': CACHE_CONTROL },
});
