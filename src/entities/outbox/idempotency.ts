import { createHash } from 'node:crypto';
import { refused } from '../../domain/errors.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Vault } from '../account/privacy/vault.ts';

/** An idempotency key with the request that it was used for. The scope separates the keys of different callers. */
export interface IdempotencyClaim {
  scope: string;
  key: string;
  requestHash: string;
  /** The hash of the same request in the release before, which did not include the ids of the path. */
  earlierHash: string;
}

export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/** Hashes a value, such as a request body. The order of object keys does not matter. */
export function hashRequest(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)) ?? '')
    .digest('base64url');
}

const ANSWER = forEachCall(
  `select request_hash as "requestHash", status, headers, body from idempotency_keys where scope = $1 and key = $2`,
  ['text', 'text'],
);

/**
 * Finds the stored response for a key.
 * @throws IDEMPOTENCY_KEY_REUSED if the key was used with another body or for another resource of the path.
 */
export async function findStoredResponse(
  query: Query,
  { ring }: Vault,
  claim: IdempotencyClaim,
): Promise<StoredResponse | undefined> {
  const [row] = await query<Omit<StoredResponse, 'body'> & { body: string | object; requestHash: string }>(ANSWER, [
    claim.scope,
    claim.key,
  ]);
  if (!row) return undefined;
  // Rows of the release before have the earlier hash. They are kept for a day after the update.
  const isSameRequest = row.requestHash === claim.requestHash || row.requestHash === claim.earlierHash;
  if (!isSameRequest) throw refused('IDEMPOTENCY_KEY_REUSED', { key: claim.key });
  const { status, headers, body } = row;
  // Responses from a version that did not seal them are objects. They are kept for a day after the update.
  return { status, headers, body: typeof body === 'string' ? JSON.parse(ring.open(body, placeOf(claim))) : body };
}

/**
 * Stores the response with its effect. Of two concurrent equal requests, the second violates the primary key and has no
 * effect.
 */
export function storeResponse(
  tx: Tx,
  { ring }: Vault,
  { claim, answer }: { claim: IdempotencyClaim; answer: StoredResponse },
): void {
  const { scope, key, requestHash } = claim;
  // A response may contain personal data.
  const body = ring.seal(JSON.stringify(answer.body), placeOf(claim));
  tx.append('idempotency_keys', { scope, key, request_hash: requestHash, ...answer, body, created_at: tx.now });
}

const placeOf = ({ scope, key }: IdempotencyClaim): string => `idempotency_keys.body:${scope} ${key}`;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
