import { refused } from '../../domain/errors.ts';
import {
  findStoredResponse,
  hashRequest,
  type IdempotencyClaim,
  type StoredResponse,
  storeResponse,
} from '../../entities/outbox/idempotency.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { isUuid } from '../../infra/ids.ts';
import { networkOf } from '../../infra/network/network.ts';
import { callerKey } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';

/** The scope of a change that creates a resource. */
const NEW = 'new';
/** Characters of a key that nobody else uses by chance. */
const RANDOM_KEY_LENGTH = 16;

/** What a change needs of a call. */
export type EditCall = Pick<Call<unknown, unknown, unknown>, 'body' | 'headers' | 'params' | 'principal' | 'raw'>;

export interface Change<T> {
  /** The name of the transaction, for example `cart.edit`. */
  name: string;
  /** The owner of the idempotency key: the id of the cart or checkout, or `new` for a resource without an owner yet. */
  scope: string;
  /** The answer holds a secret that must not be stored: an Idempotency-Key is ignored. */
  isSecret?: true;
  /** The id of the changed resource. Concurrent changes of different resources then share one transaction. */
  groupKey?: string;
  work(tx: Tx): Promise<T>;
}

/**
 * Changes one aggregate in one transaction. With an Idempotency-Key, the transaction also stores the answer: a repeated
 * request gets the same answer and has no second effect, even in parallel and after a restart. Only successful answers
 * are stored; a refused request changes nothing, and the client may send it again.
 * @throws IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_TOO_SHORT, IDEMPOTENCY_KEY_REUSED, and the errors of `work`.
 */
export async function edit(
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  call: EditCall,
  change: Change<StoredResponse>,
): Promise<Answer> {
  const claim = change.isSecret ? undefined : claimOf(call, change);
  const key = groupKeyOf(change, claim);
  // Work that shares a transaction looks for the answer there, which saves a round trip to the database.
  const stored = claim && key === undefined && (await findStoredResponse(db.query, vault, claim));
  if (stored) return replayed(stored);
  try {
    const work = async (tx: Tx) => {
      const answer = await (claim && key !== undefined
        ? unlessAnswered(tx, vault, { claim, change })
        : change.work(tx));
      if (claim) storeResponse(tx, vault, { claim, answer });
      return answer;
    };
    return await (key === undefined
      ? unitOfWork(db, change.name, work)
      : groupedWork(db, { name: change.name, key }, work));
  } catch (error) {
    if (error instanceof AlreadyAnswered) return replayed(error.answer);
    // The same request may have committed in parallel: then its answer counts, whatever the error here.
    const winner = claim && (await findStoredResponse(db.query, vault, claim));
    if (winner) return replayed(winner);
    throw error;
  }
}

/** For new resources the group key holds the idempotency key, so that two requests with one key never share a group. */
function groupKeyOf({ groupKey, scope }: Change<StoredResponse>, claim: IdempotencyClaim | undefined) {
  return groupKey !== undefined && claim && scope === NEW ? `${claim.scope} ${claim.key}` : groupKey;
}

/** The same request was answered before. */
class AlreadyAnswered extends Error {
  readonly answer: StoredResponse;

  constructor(answer: StoredResponse) {
    super('the request was answered before');
    this.answer = answer;
  }
}

/**
 * Does the work of a change and looks for the stored answer, right behind the first statements of the work: these take
 * its locks, so that the answer of a parallel request is found. Nothing is written yet, so the other changes of a shared
 * transaction do not wait for a conflict.
 * @throws AlreadyAnswered, IDEMPOTENCY_KEY_REUSED, and the errors of the work
 */
async function unlessAnswered(
  tx: Tx,
  vault: ApiDeps['vault'],
  { claim, change }: { claim: IdempotencyClaim; change: Change<StoredResponse> },
): Promise<StoredResponse> {
  const [worked, found] = await Promise.allSettled([change.work(tx), findStoredResponse(tx.query, vault, claim)]);
  if (found.status === 'rejected') throw found.reason;
  if (found.value) throw new AlreadyAnswered(found.value);
  if (worked.status === 'rejected') throw worked.reason;
  return worked.value;
}

const replayed = (answer: StoredResponse): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'Idempotent-Replayed': 'true' },
});

function claimOf(
  { headers, params, body, principal, raw }: EditCall,
  { name, scope }: Change<StoredResponse>,
): IdempotencyClaim | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw refused('IDEMPOTENCY_KEY_INVALID');
  // The caller is part of the scope, so that two callers may use the same key. The cart's token identifies a guest,
  // except while the cart is being created; a customer who sends a token still counts as that customer.
  const isGuest = principal.kind === 'guest';
  const isNew = scope === NEW;
  const token = isGuest && !isNew ? headers['x-cart-token'] : undefined;
  // During creation all guests of one network count as one caller: only a random key tells them apart. Elsewhere a guest
  // without the token gets no stored answer: carts and checkouts refuse the guest, orders require a mail's link.
  if (isGuest && isNew && key.length < RANDOM_KEY_LENGTH) {
    throw refused('IDEMPOTENCY_KEY_TOO_SHORT', { length: key.length, minLength: RANDOM_KEY_LENGTH });
  }
  const caller = hashRequest(token ?? callerKey(principal, networkOf(raw.request.ip ?? 'unknown')));
  const ids = idsOutside(scope, params);
  const bodyHash = hashRequest(body);
  return {
    scope: `${raw.request.method} ${name} ${scope} ${caller}`,
    key,
    requestHash: Object.keys(ids).length > 0 ? hashRequest({ ids, body }) : bodyHash,
    earlierHash: bodyHash,
  };
}

/**
 * The parameters of the path that the scope does not contain, for example the item of a cart: the same key for another
 * item is another request. UUIDs are in lower case.
 */
function idsOutside(scope: string, params: unknown): Record<string, string> {
  const outside = Object.entries(params ?? {}).filter(([, value]) => !scope.split(' ').includes(value));
  return Object.fromEntries(outside.map(([name, value]) => [name, isUuid(value) ? value.toLowerCase() : value]));
}
