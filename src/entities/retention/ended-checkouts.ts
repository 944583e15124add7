import type { Database } from '../../infra/database/database.ts';
import { type Found, findsRows } from '../../infra/database/finds-rows.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { reduceCheckouts } from '../account/privacy/erasure.ts';
import { HAS_PERSONAL_DATA } from '../account/privacy/own-checkouts.ts';
import type { Vault } from '../account/privacy/vault.ts';
import { TERMINAL_STATES_SQL } from '../checkout/terminal-states.ts';
import { idsInOutbox } from '../outbox/outbox.ts';

/** Checkouts per transaction and round. */
const BATCH = 200;

const ENDED = `c.state in (${TERMINAL_STATES_SQL})`;

/** The provider may still report a payment. A payment that was never opened does not count after two days. */
const IS_UNSETTLED = `exists (select 1 from payments p where p.checkout_id = c.id and (
      p.status in ('requires_method', 'requires_action', 'processing')
      or (p.status = 'opening' and p.created_at > now() - interval '2 days')
      or exists (select 1 from payment_operations o where o.payment_id = p.id and o.status in ('pending', 'unknown'))))`;

/** An e-mail about the checkout is not sent yet. */
const HAS_MAIL = `c.id::text in ${idsInOutbox('id')}`;

/**
 * Checkouts that ended without an order at least a day ago and still hold personal data. A checkout that may still be
 * paid keeps the data that an order needs, for 30 days at most.
 */
export const CHECKOUTS_TO_ANONYMISE = `select c.id from checkouts c
  where ${ENDED} and ${HAS_PERSONAL_DATA} and c.updated_at < now() - interval '1 day'
    and (c.updated_at < now() - interval '30 days' or not (${IS_UNSETTLED} or ${HAS_MAIL}))
  order by c.updated_at limit $1 for update skip locked`;

/** Anonymised checkouts that ended at least 90 days ago, and did not have to stay in the last 90 days. */
export const CHECKOUTS_TO_DELETE = `select c.id from checkouts c
  where ${ENDED} and not ${HAS_PERSONAL_DATA} and greatest(c.updated_at, c.kept_at) < now() - interval '90 days'
  order by greatest(c.updated_at, c.kept_at) limit $1 for update skip locked`;

/** Accounting needs the checkouts with a payment. The mark keeps them out of the next rounds. */
export const KEEP_CHECKOUTS = `update checkouts c set kept_at = now() where c.id = any($1) and (${IS_UNSETTLED}
    or exists (select 1 from payments p where p.checkout_id = c.id and p.captured > 0))
  returning c.id`;

/**
 * Statements that delete the checkouts $1 and the rows that refer to them, in the order of the foreign keys. Stock
 * movements stay: those of a checkout without an order add up to zero.
 */
export const DELETE_CHECKOUTS: readonly string[] = [
  `delete from payment_operations where payment_id in (select id from payments where checkout_id = any($1))`,
  ...[
    'payments',
    'payment_attempts',
    'pricing_snapshots',
    'discount_redemptions',
    'first_orders',
    'reservations',
    'checkout_history',
    'checkout_lines',
  ].map((table) => `delete from ${table} where checkout_id = any($1)`),
  `delete from checkouts where id = any($1)`,
];

const FIND_ENDED = findsRows([CHECKOUTS_TO_ANONYMISE, CHECKOUTS_TO_DELETE]);

/** Whether there are checkouts to anonymise and to delete. */
export async function findEndedCheckouts({ query }: Pick<Database, 'query'>) {
  const [row] = await query<Found>(FIND_ENDED, [BATCH]);
  const [toAnonymise = null, toDelete = null] = row?.found ?? [];
  return { toAnonymise, toDelete };
}

/** Removes the personal data from one batch of checkouts that ended without an order. */
export async function anonymiseEndedCheckouts(tx: Tx, vault: Vault): Promise<void> {
  const ids = await endedCheckouts(tx, CHECKOUTS_TO_ANONYMISE);
  if (ids.length > 0) await reduceCheckouts(tx, vault, ids);
}

/** Deletes one batch of checkouts that ended without an order or payment, 90 days after their end. */
export async function deleteEndedCheckouts(tx: Tx): Promise<void> {
  const due = await endedCheckouts(tx, CHECKOUTS_TO_DELETE);
  if (due.length === 0) return;
  const kept = new Set((await tx.query<{ id: string }>(KEEP_CHECKOUTS, [due])).map(({ id }) => id));
  const ids = due.filter((id) => !kept.has(id));
  for (const sql of ids.length > 0 ? DELETE_CHECKOUTS : []) await tx.query(sql, [ids]);
}

const endedCheckouts = async (tx: Tx, sql: string): Promise<string[]> =>
  (await tx.query<{ id: string }>(sql, [BATCH])).map(({ id }) => id);
