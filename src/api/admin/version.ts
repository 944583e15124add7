import { RequestFault } from '../http/errors/failure.ts';
import type { Call } from '../http/route.ts';
import { etag } from './change.ts';

/**
 * Refuses a change to another version than the one that the caller has read. To be called under the row's lock.
 * @throws RequestFault VERSION_REQUIRED without If-Match, VERSION_MISMATCH with another version.
 */
export function requireVersion({ headers }: Pick<Call<never, never, never>, 'headers'>, version: number): void {
  const wanted = headers['if-match'];
  if (wanted === undefined) throw new RequestFault('VERSION_REQUIRED', { details: { header: 'If-Match' } });
  if (wanted !== '*' && wanted !== etag(version)) {
    throw new RequestFault('VERSION_MISMATCH', { details: { current: version }, headers: { ETag: etag(version) } });
  }
}
