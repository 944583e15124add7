import { refused } from '../../domain/errors.ts';
import {
  findAnswer,
  hashRequest,
  type IdempotencyClaim,
  keepAnswer,
  type StoredAnswer,
} from '../../entities/outbox/idempotency.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { networkOf } from '../../infra/network/network.ts';
import { callerOf } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';

const NEW = 'new';
/** Characters of a key that is random enough not to be met by chance. */
const RANDOM_KEY_LENGTH = 16;

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'body' | 'headers' | 'principal' | 'raw'>;

export interface Change<T> {
  /** What is changed; names the transaction. */
  name: string;
  /** Whose idempotency keys these are: the cart's or checkout's id, or `new` for what has no owner yet. */
  scope: string;
  /** The answer holds a secret that may not be kept: an Idempotency-Key means nothing then. */
  isSecret?: true;
  /** The id of what is changed, where many are changed at the same time: their changes are committed together. */
  groupKey?: string;
  work(tx: Tx): Promise<T>;
}

/**
 * Changes one aggregate in one transaction, at once. With an Idempotency-Key the answer is stored in that same
 * transaction: the same request gets the same answer and has no second effect, in parallel and after a restart too.
 * Only answers to what was done are kept; a refused request left nothing behind and may be tried again.
 * @throws IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_TOO_SHORT, IDEMPOTENCY_KEY_REUSED, and what `work` throws.
 */
export async function edit(
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  call: AnyCall,
  change: Change<StoredAnswer>,
): Promise<Answer> {
  const claim = change.isSecret ? undefined : claimOf(call, change);
  const before = claim && (await findAnswer(db.query, vault, claim));
  if (before) return replayed(before);
  try {
    const key = groupKeyOf(change, claim);
    const work = async (tx: Tx) => {
      const answer = await change.work(tx);
      // Known before anything is written, so that others who share the transaction are not held up.
      if (claim && key !== undefined && (await findAnswer(tx.query, vault, claim))) throw new AnsweredMeanwhile();
      if (claim) keepAnswer(tx, vault, { claim, answer });
      return answer;
    };
    return await (key === undefined
      ? unitOfWork(db, change.name, work)
      : groupedWork(db, { name: change.name, key }, work));
  } catch (error) {
    // The same request at the same time may have won: then its answer is ours, whatever stopped us.
    const winner = claim && (await findAnswer(db.query, vault, claim));
    if (winner) return replayed(winner);
    throw error;
  }
}

/** Two requests with one key for something new are never in one group: the second finds the answer of the first. */
function groupKeyOf({ groupKey, scope }: Change<StoredAnswer>, claim: IdempotencyClaim | undefined) {
  return groupKey !== undefined && claim && scope === NEW ? `${claim.scope} ${claim.key}` : groupKey;
}

/** The same request was carried out while this one waited. */
class AnsweredMeanwhile extends Error {}

const replayed = (answer: StoredAnswer): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'Idempotent-Replayed': 'true' },
});

function claimOf(
  { headers, body, principal, raw }: AnyCall,
  { name, scope }: Change<StoredAnswer>,
): IdempotencyClaim | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw refused('IDEMPOTENCY_KEY_INVALID');
  // The caller is part of the scope: another who sends the same key meets a key of his own. A guest is known by the token
  // of the cart, which proves nothing where the cart is only being made; a customer cannot pass for a guest by sending one.
  const isGuest = principal.kind === 'guest';
  const isNew = scope === NEW;
  const token = isGuest && !isNew ? headers['x-cart-token'] : undefined;
  // All guests behind one address are one caller then: only a key that nobody else would choose keeps them apart. Elsewhere
  // a guest without this token gets no answer that is kept, as the cart or checkout refuses such a guest, or has proved the
  // order before by the link of a mail.
  if (isGuest && isNew && key.length < RANDOM_KEY_LENGTH) {
    throw refused('IDEMPOTENCY_KEY_TOO_SHORT', { length: key.length, minLength: RANDOM_KEY_LENGTH });
  }
  const caller = hashRequest(token ?? callerOf(principal, networkOf(raw.request.ip ?? 'unknown')));
  return { scope: `${raw.request.method} ${name} ${scope} ${caller}`, key, requestHash: hashRequest(body) };
}
