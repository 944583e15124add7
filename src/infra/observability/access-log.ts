let ratio = 0;

/** Sets the share of requests, from 0 to 1, whose line is logged at `info`. */
export function sampleRequests(share: number): void {
  ratio = share;
}

/** The level of a request's line: `info` for failures of the server and for the sampled requests, else `debug`. */
export const requestLevel = (requestId: string, status: unknown): 'info' | 'debug' =>
  Number(status) >= 500 || isSampled(requestId, ratio) ? 'info' : 'debug';

/** Whether a request belongs to the share: the same answer for the same id, in every process. */
export function isSampled(requestId: string, share: number): boolean {
  if (share <= 0) return false;
  // FNV-1a: no cryptography is needed, and it costs less than a microsecond.
  let hash = 0x811c9dc5;
  for (let index = 0; index < requestId.length; index++)
    hash = Math.imul(hash ^ requestId.charCodeAt(index), 0x01000193);
  // The last characters change mostly the lower bits: mix them into the upper ones.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0 < share * 2 ** 32;
}
