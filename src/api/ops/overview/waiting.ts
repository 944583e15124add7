import type { Permission } from '../../../domain/access/permissions.ts';
import type { Person } from '../../auth/principal.ts';
import { type Html, html } from '../html.ts';
import type { OpsDeps } from '../ops-request.ts';

interface WaitingKind {
  title: string;
  /** The list of what is counted. */
  path: string;
  permission: Permission;
  /** The rows, found by an index. */
  from: string;
}

const KINDS: readonly WaitingKind[] = [
  {
    title: 'Returns to decide',
    path: '/ops/returns',
    permission: 'orders:read',
    from: `returns where state = 'requested'`,
  },
  {
    title: 'Failed refunds',
    path: '/ops/refunds?state=failed',
    permission: 'orders:read',
    from: `refunds where state = 'failed'`,
  },
  {
    title: 'Reviews to decide',
    path: '/ops/reviews',
    permission: 'reviews:moderate',
    from: `reviews where state = 'held'`,
  },
];

/** Counting stops here: more rows only make the page slower. */
const MOST = 1_000;

/** Lists how many decisions of a person wait, with a link to each list. */
export async function waitingList(
  { db }: Pick<OpsDeps, 'db'>,
  { permissions }: Pick<Person, 'permissions'>,
): Promise<Html | undefined> {
  const kinds = KINDS.filter(({ permission }) => permissions.has(permission));
  if (kinds.length === 0) return undefined;
  const counts = await Promise.all(
    kinds.map(({ from }) =>
      db.query<{ count: number }>(`select count(*)::int as count from (select 1 from ${from} limit ${MOST + 1}) w`),
    ),
  );
  const rows = kinds.map(
    ({ title, path }, index) =>
      html`<div><dt>${title}</dt><dd><a href="${path}">${countText(counts[index]?.[0]?.count ?? 0)}</a></dd></div>`,
  );
  return html`<h2>Waiting for a decision</h2><dl>${rows}</dl>`;
}

const countText = (count: number): string => (count > MOST ? `more than ${MOST}` : String(count));
