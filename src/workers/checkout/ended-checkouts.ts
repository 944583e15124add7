import { reduceCheckouts } from '../../entities/account/privacy/erasure.ts';
import { KNOWS_SOMEBODY } from '../../entities/account/privacy/own-checkouts.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import type { WorkerDeps } from '../deps.ts';

/** Checkouts per transaction and round. */
const BATCH = 200;

const ENDED = `c.state in ('EXPIRED', 'CANCELLED', 'FAILED')`;

/** The provider may still say that money came; one that was never opened is not asked about after two days. */
const IS_UNSETTLED = `exists (select 1 from payments p where p.checkout_id = c.id and (
      p.status in ('requires_method', 'requires_action', 'processing')
      or (p.status = 'opening' and p.created_at > now() - interval '2 days')
      or exists (select 1 from payment_operations o where o.payment_id = p.id and o.status in ('pending', 'unknown'))))`;

/** A mail about the checkout waits to be written. */
const HAS_MAIL = `c.id::text in (select payload ->> 'id' from outbox where payload ? 'id')`;

/**
 * Checkouts that ended without an order a day ago and still know somebody. A checkout that may yet be paid keeps for 30 days
 * at most what an order needs.
 */
export const REDUCIBLE = `select c.id from checkouts c
  where ${ENDED} and ${KNOWS_SOMEBODY} and c.updated_at < now() - interval '1 day'
    and (c.updated_at < now() - interval '30 days' or not (${IS_UNSETTLED} or ${HAS_MAIL}))
  order by c.updated_at limit $1 for update skip locked`;

/** Checkouts that were reduced, ended 90 days ago and took no money. A checkout that took money belongs to the books. */
export const REMOVABLE = `select c.id from checkouts c
  where ${ENDED} and not ${KNOWS_SOMEBODY} and c.updated_at < now() - interval '90 days' and not ${IS_UNSETTLED}
    and not exists (select 1 from payments p where p.checkout_id = c.id and p.captured > 0)
  order by c.updated_at limit $1 for update skip locked`;

/**
 * Statements that delete the checkouts $1 with the rows that refer to them, each row before the one that it refers to. Stock movements stay: those of
 * a checkout without an order add up to zero.
 */
export const PARTS: readonly string[] = [
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

type Deps = Pick<WorkerDeps, 'db' | 'vault'>;

/** Takes the person out of one batch of checkouts that ended without an order. */
export const reduceEnded = ({ db, vault }: Deps): Promise<void> =>
  unitOfWork(db, 'retention.reduce', async (tx) => {
    const ended = await tx.query<{ id: string }>(REDUCIBLE, [BATCH]);
    if (ended.length === 0) return;
    await reduceCheckouts(
      tx,
      vault,
      ended.map(({ id }) => id),
    );
  });

/** Deletes one batch of checkouts that ended without an order long ago. */
export const removeEnded = ({ db }: Deps): Promise<void> =>
  unitOfWork(db, 'retention.remove', async (tx) => {
    const ended = await tx.query<{ id: string }>(REMOVABLE, [BATCH]);
    if (ended.length === 0) return;
    for (const sql of PARTS) await tx.query(sql, [ended.map(({ id }) => id)]);
  });
