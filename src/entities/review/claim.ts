import type { Tx } from '../../infra/database/unit-of-work.ts';

/** A claim expires after this time. */
const CLAIM_DURATION = `interval '15 minutes'`;

const IS_FREE = `state = 'held' and (claimed_by is null or claimed_by = $1 or claimed_until < now())`;

/** Claims the longest-waiting free review. Concurrent moderators get different reviews. @returns its id */
export async function claimNext(tx: Tx, moderatorId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `update reviews set claimed_by = $1, claimed_until = now() + ${CLAIM_DURATION} where id =
        (select id from reviews where ${IS_FREE} and claimed_by is distinct from $1 order by id limit 1 for update skip locked)
      returning id`,
    [moderatorId],
  );
  return row?.id;
}

/** Claims a held review, or extends the claim. @returns false if another moderator has it, or it is not held */
export async function claim(tx: Tx, { id, moderatorId }: { id: string; moderatorId: string }): Promise<boolean> {
  const taken = await tx.query(
    `update reviews set claimed_by = $1, claimed_until = now() + ${CLAIM_DURATION} where id = $2 and ${IS_FREE} returning 1`,
    [moderatorId, id],
  );
  return taken.length > 0;
}

/** Ends a claim. @returns false if the claim is not this moderator's */
export async function release(tx: Tx, { id, moderatorId }: { id: string; moderatorId: string }): Promise<boolean> {
  const given = await tx.query(
    `update reviews set claimed_by = null, claimed_until = null where id = $2 and claimed_by = $1 returning 1`,
    [moderatorId, id],
  );
  return given.length > 0;
}
