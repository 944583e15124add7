import { setTimeout as pause } from 'node:timers/promises';
import type { Query } from '../../infra/database/query.ts';
import { uuidv7Floor } from '../../infra/ids.ts';
import { lookback, readRecordedBefore } from './changes.ts';

/** A checkpoint is used for so many milliseconds: retention deletes recorded changes after 31 days. */
const USABLE_MS = 30 * 86_400_000;
/** How long to wait for the end of older transactions, in milliseconds. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;

/** A check that begins, and the start of the last one that found nothing; null if everything has to be checked. */
export interface Beginning {
  at: Date;
  provenAt: Date | null;
}

/**
 * Begins a check on the primary. From the first one on, triggers record changes of old rows.
 * @returns null if a transaction that may not have recorded its changes does not end within a minute: then the check must not
 *   store a checkpoint
 */
export async function beginCheck(query: Query): Promise<Beginning | null> {
  await recordChanges(query);
  const [found] = await query<Beginning>(
    `select clock_timestamp() as at, proven_at as "provenAt" from verification_checkpoint`,
    [],
  );
  if (!found) return null;
  const { at, provenAt } = found;
  if (provenAt && at.getTime() - provenAt.getTime() < USABLE_MS) return { at, provenAt };
  return (await haveOlderTransactionsEnded(query)) ? { at, provenAt: null } : null;
}

/** From the commit on, triggers record changes of old rows. */
export async function recordChanges(query: Query): Promise<void> {
  await query(`insert into verification_checkpoint default values on conflict do nothing`, []);
}

/** Waits until all transactions that write now have ended: later ones see the checkpoint, and record their changes. */
async function haveOlderTransactionsEnded(query: Query): Promise<boolean> {
  const [now] = await query<{ xid: string }>(`select pg_current_xact_id()::text as xid`, []);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const [row] = await query<{ ended: boolean }>(
      `select pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8 as ended`,
      [now?.xid],
    );
    if (row?.ended) return true;
    if (Date.now() > deadline) return false;
    await pause(PAUSE_MS);
  }
}

/** A check that has ended. */
export interface Ending {
  at: Date;
  /** Whether it found nothing. */
  isClean: boolean;
  /** Whether it read everything: then the opening balances are summed up again. */
  isFull: boolean;
  /** It has read the recorded changes of all transactions before this one (`xid8`). */
  recordedBefore: string;
}

const RESTARTS = `variant_id in (select key from late_changes where subject = 'variant' and xid < $1::text::xid8)`;
const MOVEMENTS = `select variant_id, on_hand_delta, reserved_delta from inventory_movements`;
const SUMS = `select variant_id, sum(on_hand_delta), sum(reserved_delta)`;

/** Stores the result of a check, in the transaction of `query`: what is proven, and the opening balances up to there. */
export async function endCheck(query: Query, { at, isClean, isFull, recordedBefore }: Ending): Promise<void> {
  const [stored] = await query<{ before: string | null }>(
    `select openings_before as before from verification_checkpoint for update`,
    [],
  );
  if (isClean || isFull)
    await moveOpenings(query, { from: isFull ? null : (stored?.before ?? null), at, recordedBefore });
  if (!isClean) return;
  await query(`update verification_checkpoint set proven_at = greatest(proven_at, $1)`, [at]);
  await query(`delete from late_changes where xid < $1::text::xid8`, [recordedBefore]);
}

/**
 * Moves the opening balances to eight days before `now`, so that a check of stock levels reads only later movements. Does
 * nothing while a transaction is under way that began before changes were recorded, or before the last move.
 */
export async function advanceOpenings(query: Query, now: Date): Promise<void> {
  const [stored] = await query<{ before: string | null; isSettled: boolean }>(
    `select openings_before as before, age(xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid) as "isSettled"
      from verification_checkpoint for update`,
    [],
  );
  if (!stored?.isSettled) return;
  const recordedBefore = await readRecordedBefore(query);
  await moveOpenings(query, { from: stored.before, at: now, recordedBefore });
  await query(`delete from late_changes where subject = 'variant' and xid < $1::text::xid8`, [recordedBefore]);
}

/** Adds the movements from `from` on to the opening balances. Null, or an old change of a variant: sums up all again. */
async function moveOpenings(
  query: Query,
  { from, at, recordedBefore }: Pick<Ending, 'at' | 'recordedBefore'> & { from: string | null },
): Promise<void> {
  const ownStart = uuidv7Floor(lookback(at));
  // Another check, or a reconciliation, may have moved them further since this one began.
  const before = from !== null && from > ownStart ? from : ownStart;
  if (from === null) {
    await query(`delete from stock_openings`, []);
    await query(`insert into stock_openings ${SUMS} from inventory_movements where id < $1 group by variant_id`, [
      before,
    ]);
  } else {
    await query(`delete from stock_openings where ${RESTARTS}`, [recordedBefore]);
    await query(
      // Two searches by index, so that it does not read all movements.
      `insert into stock_openings ${SUMS} from (${MOVEMENTS} where id >= $3 and id < $2
          union all ${MOVEMENTS} where id < $3 and ${RESTARTS}) as added group by variant_id
        on conflict (variant_id) do update set on_hand = stock_openings.on_hand + excluded.on_hand,
          reserved = stock_openings.reserved + excluded.reserved`,
      [recordedBefore, before, from],
    );
  }
  await query(`update verification_checkpoint set openings_before = $1`, [before]);
}
