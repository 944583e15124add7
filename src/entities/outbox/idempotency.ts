import { createHash } from 'node:crypto';
import { refused } from '../../domain/errors.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Vault } from '../account/privacy/vault.ts';

/** Who used which key for which request. The scope keeps one caller's keys apart from another's. */
export interface IdempotencyClaim {
  scope: string;
  key: string;
  requestHash: string;
}

export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/** A fingerprint of a request's body, in which the order of keys does not count. */
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
 * The answer that was given under this key before, if any.
 * @throws IDEMPOTENCY_KEY_REUSED when the key came with another body.
 */
export async function findAnswer(
  query: Query,
  { ring }: Vault,
  claim: IdempotencyClaim,
): Promise<StoredAnswer | undefined> {
  const [row] = await query<Omit<StoredAnswer, 'body'> & { body: string | object; requestHash: string }>(ANSWER, [
    claim.scope,
    claim.key,
  ]);
  if (!row) return undefined;
  if (row.requestHash !== claim.requestHash) throw refused('IDEMPOTENCY_KEY_REUSED', { key: claim.key });
  const { status, headers, body } = row;
  // For a day after an update, answers are there from before they were sealed.
  return { status, headers, body: typeof body === 'string' ? JSON.parse(ring.open(body, placeOf(claim))) : body };
}

/** Keeps the answer with its effect: of two equal requests at once, the second meets the primary key and has no effect. */
export function keepAnswer(
  tx: Tx,
  { ring }: Vault,
  { claim, answer }: { claim: IdempotencyClaim; answer: StoredAnswer },
): void {
  const { scope, key, requestHash } = claim;
  // What is answered may be personal.
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
