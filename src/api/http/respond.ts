import { hash } from 'node:crypto';
import type express from 'express';
import { ERRORS } from '../../domain/errors.ts';
import type { Failure } from './errors/failure.ts';
import type { Answer } from './route.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/** The `Cache-Control` of every answer that is not a public read: it may hold personal data or secrets. */
export const NO_STORE = 'no-store';
/** Seconds after which a client of an unavailable service may try again. */
const RETRY_AFTER = '2';

/**
 * Writes the answer; on GET an If-None-Match that names its bytes gets 304. The version of a thing, which its next change
 * must name, is no such name: what else an answer shows changes without it. Does nothing when the client has gone.
 */
export function sendAnswer(request: express.Request, response: express.Response, answer: Answer): void {
  if (response.destroyed) return;
  const { status, body, headers } = answer;
  const bytes = answer.json ?? (body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  if (bytes !== undefined) response.setHeader('Content-Type', JSON_TYPE);
  for (const name in headers) {
    // CORS has named `Origin` already: both count.
    if (name === 'Vary') response.vary(headers[name] ?? '');
    else response.setHeader(name, headers[name] ?? '');
  }
  const tag = answer.etag === true && bytes !== undefined ? etagOf(bytes) : answer.etag;
  if (typeof tag === 'string') response.setHeader('ETag', tag);
  if (status === 200 && typeof tag === 'string' && isFresh(request, tag)) {
    response.removeHeader('Content-Type');
    response.statusCode = 304;
    response.end();
    return;
  }
  response.statusCode = status;
  response.end(bytes);
}

/** A strong ETag of the bytes: changes exactly when they do. */
export const etagOf = (bytes: string | Buffer): string => `"${hash('sha1', bytes, 'base64url')}"`;

/** RFC 9110: If-None-Match compares weakly, and only for safe methods. */
function isFresh(request: express.Request, tag: string): boolean {
  const wanted = request.headers['if-none-match'];
  if (wanted === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  if (wanted === tag || wanted === '*') return true;
  const bare = opaque(tag);
  return wanted.split(',').some((each) => opaque(each.trim()) === bare);
}

const opaque = (tag: string): string => (tag.startsWith('W/') ? tag.slice(2) : tag);

/** Writes the failure in the one error format. An answer that has already begun is cut off instead. */
export function sendFailure(response: express.Response, failure: Failure, requestId: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, type, message } = ERRORS[failure.code];
  const error = {
    code: failure.code,
    type,
    message: failure.message ?? message,
    details: failure.details ?? {},
    requestId,
    timestamp: new Date().toISOString(),
  };
  // What a handler had prepared for its success (validators, cache rules) would lie about this answer.
  for (const name of ['ETag', 'Location']) response.removeHeader(name);
  response.setHeader('Cache-Control', NO_STORE);
  if (status === 503) response.setHeader('Retry-After', RETRY_AFTER);
  for (const name in failure.headers) response.setHeader(name, failure.headers[name] ?? '');
  response.setHeader('Content-Type', JSON_TYPE);
  response.statusCode = status;
  response.end(JSON.stringify({ error }));
}
