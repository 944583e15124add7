import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import type { Database } from '../../infra/database.ts';
import { pageOf, pageQuery, startOf, toPage } from '../admin/page.ts';
import { type AnyRoute, route } from '../route.ts';
import { bundleSchema, bundleSummarySchema, readBundle, readBundles } from '../views/bundle.ts';
import { cached } from './products.ts';

const common = { method: 'get', permission: 'products:read', access: 'store', tag: 'Catalogue' } as const;
const unchanged = { 304: { description: 'What the client has is still so' } };

/** What is sold together, chosen from sets. */
export const bundleRoutes = (deps: { db: Database; currency: string }): AnyRoute[] => [
  route({
    ...common,
    path: '/api/v1/store/bundles',
    summary: 'The bundles on sale, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(bundleSummarySchema) }, ...unchanged },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor } }) {
      const list = { offered: 'bundles' };
      const rows = await readBundles(deps, { before: startOf(list, cursor), limit: limit + 1 });
      return cached(toPage(list, rows, limit));
    },
  }),

  route({
    ...common,
    path: '/api/v1/store/bundles/{idOrSlug}',
    summary: 'A bundle with the sets that are chosen from',
    params: z.strictObject({ idOrSlug: z.string().max(200) }),
    query: z.strictObject({}),
    answers: { 200: { description: 'The bundle', schema: bundleSchema }, ...unchanged },
    errors: ['BUNDLE_NOT_FOUND'],
    async handle({ params: { idOrSlug } }) {
      const bundle = await readBundle(deps, { idOrSlug });
      if (!bundle) throw refused('BUNDLE_NOT_FOUND', { bundle: idOrSlug });
      return cached(bundle);
    },
  }),
];
