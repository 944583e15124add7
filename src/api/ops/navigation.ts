import type { Permission } from '../../domain/access/permissions.ts';
import type { Person } from '../auth/principal.ts';
import { type Html, html } from './html.ts';

interface Area {
  path: string;
  title: string;
  says: string;
  permission: Permission;
}

const AREAS: readonly Area[] = [
  { path: '/ops/orders', title: 'Orders', says: 'Find, ship, cancel and refund orders', permission: 'orders:read' },
  { path: '/ops/checkouts', title: 'Checkouts', says: 'Purchases in progress and lost', permission: 'orders:read' },
  { path: '/ops/payments', title: 'Payments', says: 'Payments by status', permission: 'orders:read' },
  { path: '/ops/refunds', title: 'Refunds', says: 'Refunds of all orders', permission: 'orders:read' },
  { path: '/ops/returns', title: 'Returns', says: 'Returns that wait for a decision', permission: 'orders:read' },
  { path: '/ops/reviews', title: 'Reviews', says: 'Reviews that wait for a moderator', permission: 'reviews:moderate' },
  { path: '/ops/stock', title: 'Stock', says: 'Levels, movements and corrections', permission: 'products:update' },
  {
    path: '/ops/reconciliation',
    title: 'Reconciliation',
    says: 'Differences that a person decides, and runs',
    permission: 'queues:view',
  },
  {
    path: '/ops/notifications',
    title: 'Notifications',
    says: 'Failed mails and webhook deliveries',
    permission: 'queues:view',
  },
  { path: '/ops/jobs', title: 'Failed jobs', says: 'Jobs that need a redrive', permission: 'queues:view' },
  {
    path: '/ops/system',
    title: 'System',
    says: 'Version, migrations, partitions and pools',
    permission: 'queues:view',
  },
  { path: '/ops/queues', title: 'Queues', says: 'Waiting, running and failed jobs', permission: 'queues:view' },
];

/** The areas that a person may open. */
const areasOf = ({ permissions }: Person): Area[] => AREAS.filter(({ permission }) => permissions.has(permission));

/** The links in the header; `path` is the page that is open. */
export const navigationOf = (person: Person, path: string): Html => {
  const links = areasOf(person).map(
    (area) => html`<li><a href="${area.path}"${isIn(area, path) && CURRENT}>${area.title}</a></li>`,
  );
  return html`<nav aria-label="Areas"><ul class="areas">${links}</ul></nav>`;
};

const CURRENT: Html = { markup: ' aria-current="page"' };
const isIn = (area: Area, path: string): boolean => path === area.path || path.startsWith(`${area.path}/`);

/** The list of areas on the home page. */
export const areaList = (person: Person): Html => html`<nav aria-label="Tools"><ul class="tools">
  ${areasOf(person).map(({ path, title, says }) => html`<li><a href="${path}">${title}</a><p>${says}</p></li>`)}
  <li><a href="/api/v1/docs">API</a><p>Reference of all operations, with examples to try</p></li>
</ul></nav>`;
