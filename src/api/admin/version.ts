import { RequestFault } from '../http/errors/failure.ts';
import type { Call } from '../http/route.ts';
import { etag } from './change.ts';

/**
 * Refuses a change when the row has another version than the caller has read. Call it with the row locked.
 * @throws RequestFault VERSION_REQUIRED without If-Match, VERSION_MISMATCH with another version.
 */
export function requireVersion({ headers }: Pick<Call<never, never, never>, 'headers'>, version: number): void {
  const ifMatch = headers['if-match'];
  if (ifMatch === undefined) throw new RequestFault('VERSION_REQUIRED', { details: { header: 'If-Match' } });
  if (ifMatch !== '*' && ifMatch !== etag(version)) {
    throw new RequestFault('VERSION_MISMATCH', { details: { current: version }, headers: { ETag: etag(version) } });
  }
}
