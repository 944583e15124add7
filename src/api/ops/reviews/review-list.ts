import type { z } from 'zod';
import { REVIEW_STATES } from '../../../domain/reviews/states.ts';
import type { moderatedReviewSchema } from '../../admin/reviews/review-view.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code, orDash, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';

type Row = z.infer<typeof moderatedReviewSchema>;

/** Lists reviews, at first those that wait for a moderator. */
export const reviewListPage = (deps: OpsDeps): OpsPage =>
  listPage<Row>(deps, {
    path: '/ops/reviews',
    title: 'Reviews',
    permission: 'reviews:moderate',
    api: '/reviews',
    filters: [{ name: 'state', label: 'State', options: REVIEW_STATES, default: 'held' }],
    columns: [
      {
        title: 'Review',
        cell: ({ id, title }) => html`<a href="/ops/reviews/${id}">${title || 'without a title'}</a>`,
      },
      { title: 'Rating', isNumber: true, cell: ({ rating }) => String(rating) },
      { title: 'State', cell: ({ state }) => code(state) },
      { title: 'Written', cell: ({ createdAt }) => time(createdAt) },
      { title: 'Rules', cell: ({ reasons }) => orDash(reasons.map(({ rule }) => rule).join(', ')) },
      { title: 'Reports', isNumber: true, cell: ({ reports }) => String(reports) },
      { title: 'Claimed', cell: ({ claim }) => (claim === null ? 'no' : 'yes') },
    ],
  });
