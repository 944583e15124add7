import { etagOf } from '../respond.ts';
import type { Answer } from '../route.ts';

/** An answer as it goes over the wire. */
export interface Page {
  body: string;
  etag: string;
}

export function pageOf(view: object): Page {
  const body = JSON.stringify(view);
  return { body, etag: etagOf(body) };
}

const bytes = new WeakMap<Page, Buffer>();

/** Short, since stock changes by the second; after it the ETag makes asking again cheap. */
const HEADERS = { 'Cache-Control': 'public, max-age=5, stale-while-revalidate=30' };

/** Answers a page that is kept: its bytes are made once for as long as it is in memory. */
export function answerOf(page: Page): Answer {
  const body = bytes.get(page) ?? Buffer.from(page.body);
  bytes.set(page, body);
  return { status: 200, body, headers: { ...HEADERS, ETag: page.etag } };
}
