import type { Permission } from '../../../../domain/access/permissions.ts';
import { indianDate } from '../../../../domain/invoices/numbering.ts';
import { STALL_TIMEOUT } from '../../../../entities/reconciliation/run.ts';
import type { Query } from '../../../../infra/database/query.ts';
import { uuidv7Floor } from '../../../../infra/ids.ts';
import { startOf } from '../../../admin/analytics/answer/day-range.ts';
import { STUCK_CHECKOUTS } from '../../../admin/purchases/checkout-list.ts';
import { IS_DECLINED } from '../../../admin/purchases/payment-list.ts';
import type { Signal } from './signal.ts';

interface Kind extends Omit<Signal, 'count' | 'path'> {
  permission: Permission;
  /** The list of the rows. */
  path: string;
  /** The permission of that page, if it is another one. */
  pagePermission?: Permission;
  /** SQL of the rows, found by an index; $1 is the lowest id of today. */
  rows: string;
}

const KINDS: readonly Kind[] = [
  {
    title: 'Stuck checkouts',
    path: '/ops/checkouts?stuck=true',
    permission: 'orders:read',
    state: 'fault',
    rows: `(${STUCK_CHECKOUTS}) as stuck`,
  },
  {
    title: 'Calls that the payment provider does not answer',
    path: '/ops/queues/queue/payments',
    permission: 'queues:view',
    state: 'fault',
    rows: `payment_operations where status in ('pending', 'unknown') and created_at < now() - interval '1 minute'`,
  },
  {
    title: 'Provider events that wait',
    path: '/ops/queues/queue/payments',
    permission: 'queues:view',
    state: 'fault',
    rows: `webhook_inbox where processed_at is null and due_at < now() - interval '5 minutes'`,
  },
  {
    title: 'Failed refunds',
    path: '/ops/refunds?state=failed',
    permission: 'orders:read',
    state: 'fault',
    rows: `refunds where state = 'failed'`,
  },
  {
    title: 'Critical discrepancies',
    path: '/ops/reconciliation?severity=critical',
    permission: 'queues:view',
    state: 'fault',
    rows: `discrepancies where state = 'person' and severity = 'critical'`,
  },
  {
    title: 'Overdue reconciliation',
    path: '/ops/reconciliation/runs',
    permission: 'queues:view',
    state: 'fault',
    // As the alert ReconciliationOverdue: no recent run starts while a full run makes progress. The next one has an hour after
    // it, as the first run of a new shop has after its first checkout.
    rows: `(select max(finished_at) as last from reconciliation_runs where state = 'done' and phase <> 'given up') as run
      where coalesce(last, (select created_at from checkouts order by id limit 1)) < now() - interval '1 hour'
        and not exists (select 1 from reconciliation_runs
          where state = 'running' and kind = 'full' and updated_at > now() - ${STALL_TIMEOUT})`,
  },
  {
    title: 'Commands without an effect',
    path: '/ops/queues',
    permission: 'queues:view',
    state: 'fault',
    rows: `outbox where queue <> 'mail' and created_at < now() - interval '2 minutes'`,
  },
  {
    title: 'Mails that wait for the mail server',
    path: '/ops/queues/queue/mail?status=delayed',
    permission: 'queues:view',
    state: 'fault',
    rows: `outbox where queue = 'mail' and created_at < now() - interval '10 minutes'`,
  },
  {
    title: 'Failing webhooks',
    path: '/ops/notifications',
    pagePermission: 'queues:view',
    permission: 'webhooks:manage',
    state: 'fault',
    rows: `webhook_subscriptions where failing_since is not null or disabled_because = 'failing'`,
  },
  {
    title: 'Failed webhook deliveries',
    path: '/ops/notifications',
    pagePermission: 'queues:view',
    permission: 'webhooks:manage',
    state: 'fault',
    rows: `webhook_deliveries where state = 'failed'`,
  },
  {
    title: 'Discrepancies to decide',
    path: '/ops/reconciliation?severity=warning',
    permission: 'queues:view',
    state: 'todo',
    rows: `discrepancies where state = 'person' and severity = 'warning'`,
  },
  {
    title: 'Returns to decide',
    path: '/ops/returns',
    permission: 'orders:read',
    state: 'todo',
    rows: `returns where state = 'requested'`,
  },
  {
    title: 'Reviews to decide',
    path: '/ops/reviews',
    permission: 'reviews:moderate',
    state: 'todo',
    rows: `reviews where state = 'held'`,
  },
  {
    title: 'Declined payments today',
    path: '/ops/payments?declined=true&from=today',
    permission: 'orders:read',
    state: 'info',
    rows: `payments where id >= $1::uuid and ${IS_DECLINED}`,
  },
];

/** The permissions of somebody who sees all counts. */
export const COUNT_PERMISSIONS: readonly Permission[] = [...new Set(KINDS.map(({ permission }) => permission))];

/** Counting stops here: more rows only make the page slower. */
export const MOST = 1_000;

/** Counts what a holder of the permissions may see; `MOST` + 1: more than that. */
export async function readCounts(query: Query, permissions: ReadonlySet<string>): Promise<Signal[]> {
  const kinds = KINDS.filter(({ permission }) => permissions.has(permission));
  if (kinds.length === 0) return [];
  const today = indianDate(new Date());
  const counts = kinds.map(
    ({ rows }, kind) =>
      `select ${kind} as kind, count(*)::int as count from (select 1 from ${rows} limit ${MOST + 1}) as counted`,
  );
  const usesToday = kinds.some(({ rows }) => rows.includes('$1'));
  const rows = await query<{ kind: number; count: number }>(
    counts.join(' union all '),
    usesToday ? [uuidv7Floor(startOf(today))] : [],
  );
  const countOf = new Map(rows.map(({ kind, count }) => [kind, count]));
  return kinds.map(({ title, state, path, permission, pagePermission = permission }, kind) => ({
    title,
    path: permissions.has(pagePermission) ? path.replace(/=today$/, `=${today}`) : undefined,
    state,
    count: countOf.get(kind) ?? 0,
  }));
}
