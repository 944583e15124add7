import type { Level } from '../../admin/catalogue/levels.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { listPage } from '../views/list-page.ts';

/** Finds inventory levels by SKU, and those that are low or out. */
export const levelListPage = (deps: OpsDeps): OpsPage =>
  listPage<Level>(deps, {
    path: '/ops/stock',
    title: 'Stock',
    permission: 'products:update',
    api: '/inventory',
    filters: [
      { name: 'sku', label: 'SKU', hint: 'KURTA-M-RED' },
      {
        name: 'below',
        label: 'Available',
        options: [
          ['1', 'none'],
          ['6', 'at most 5'],
          ['21', 'at most 20'],
        ],
      },
      {
        name: 'forSale',
        label: 'For sale',
        options: [
          ['true', 'yes'],
          ['false', 'no: a draft or archived'],
        ],
      },
    ],
    columns: [
      { title: 'SKU', cell: ({ id, sku }) => html`<a href="/ops/stock/${id}">${sku}</a>` },
      { title: 'Product', cell: ({ title }) => title },
      { title: 'On hand', isNumber: true, cell: ({ onHand }) => String(onHand) },
      { title: 'Reserved', isNumber: true, cell: ({ reserved }) => String(reserved) },
      { title: 'Backorder limit', isNumber: true, cell: ({ backorderLimit }) => String(backorderLimit) },
      { title: 'Available', isNumber: true, cell: ({ available }) => String(available) },
    ],
  });
