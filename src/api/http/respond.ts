import { hash } from 'node:crypto';
import type express from 'express';
import { ERRORS } from '../../domain/errors.ts';
import type { Failure } from './errors/failure.ts';
import type { Answer } from './route.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';
/** The `Cache-Control` of every answer that is not a public read: it may hold personal data or secrets. */
export const NO_STORE = 'no-store';
/** Seconds to wait before the next try after a 503. */
const RETRY_AFTER = '2';

/**
 * Sends an answer; a GET whose If-None-Match matches `Answer.etag` gets 304. That ETag identifies the bytes. The version
 * of a resource (If-Match) does not: other parts of the answer change without it. Does nothing after a disconnect.
 */
export function sendAnswer(request: express.Request, response: express.Response, answer: Answer): void {
  if (response.destroyed) return;
  const { status, body, headers } = answer;
  const bytes = answer.json ?? (body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  if (bytes !== undefined) response.setHeader('Content-Type', JSON_TYPE);
  for (const name in headers) {
    // Adds to the `Origin` that CORS has set.
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

/** Sets headers, given as names and values in turn. */
export function setHeaders(response: express.Response, headers: readonly string[]): void {
  for (let index = 0; index < headers.length; index += 2)
    response.setHeader(headers[index] ?? '', headers[index + 1] ?? '');
}

/** A strong ETag: the SHA-1 hash of the bytes. */
export const etagOf = (bytes: string | Buffer): string => `"${hash('sha1', bytes, 'base64url')}"`;

/** If-None-Match compares weakly, and only for safe methods (RFC 9110, 13.1.2). */
export function isFresh(request: express.Request, tag: string): boolean {
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  if (ifNoneMatch === tag || ifNoneMatch === '*') return true;
  const opaqueTag = opaque(tag);
  return ifNoneMatch.split(',').some((each) => opaque(each.trim()) === opaqueTag);
}

const opaque = (tag: string): string => (tag.startsWith('W/') ? tag.slice(2) : tag);

/** Sends a failure in the error format. Destroys the connection when another answer has already begun. */
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
  // The handler may have set these headers for its success; they do not apply to an error.
  for (const name of ['ETag', 'Location']) response.removeHeader(name);
  response.setHeader('Cache-Control', NO_STORE);
  if (status === 503) response.setHeader('Retry-After', RETRY_AFTER);
  for (const name in failure.headers) response.setHeader(name, failure.headers[name] ?? '');
  response.setHeader('Content-Type', JSON_TYPE);
  response.statusCode = status;
  response.end(JSON.stringify({ error }));
}
