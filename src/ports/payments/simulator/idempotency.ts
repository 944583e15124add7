import { hash } from 'node:crypto';
import { InvalidRequest } from './books/books.ts';
import type { KeptResponse, KeyRow } from './books/state.ts';

/** A request that holds its idempotency key. `row` creates the row to commit with the change. Always call `release`. */
export interface Claim {
  row(answer: KeptResponse): KeyRow;
  release(): void;
}

/** Claims a key for a request, or returns the answer to the first request with this key. */
export type ClaimKey = (key: string, request: { path: string; form: URLSearchParams }) => Claim | KeptResponse;

/** Idempotency keys with Stripe's rules: one request at a time per key, always with the same parameters. */
export function openIdempotencyKeys(keys: ReadonlyMap<string, KeyRow>): ClaimKey {
  const inFlight = new Map<string, string>();

  return (key, { path, form }) => {
    const fingerprint = fingerprintOf(path, form);
    const stored = keys.get(key);
    const first = stored?.fingerprint ?? inFlight.get(key);
    if (first !== undefined && first !== fingerprint) throw reused(key);
    if (stored) return stored.answer;
    if (first !== undefined) throw inUse(key);
    inFlight.set(key, fingerprint);
    return {
      row: (answer) => ({ key, at: Date.now(), fingerprint, answer }),
      release: () => inFlight.delete(key),
    };
  };
}

function fingerprintOf(path: string, form: URLSearchParams): string {
  const sorted = new URLSearchParams(form);
  sorted.sort();
  return hash('sha1', `${path}?${sorted}`, 'base64');
}

function reused(key: string): InvalidRequest {
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new InvalidRequest(message, { type: 'idempotency_error' });
}

function inUse(key: string): InvalidRequest {
  const message = `There is currently another in-progress request using this idempotency key (${key}). Please try again later.`;
  return new InvalidRequest(message, { status: 409, type: 'idempotency_error', code: 'idempotency_key_in_use' });
}
