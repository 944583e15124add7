import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { pageOf, pageQuery } from '../../admin/list-query.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';
import { bundleSchema, bundleSummarySchema } from './bundle-view.ts';
import { pricedAnswer } from './priced-response.ts';

const common = { method: 'get', permission: 'products:read', access: 'store', tag: 'Catalogue' } as const;
const unchanged = { 304: { description: 'What the client has is still so' } };

/** What is sold together, chosen from sets. */
export const bundleRoutes = ({ pages }: { pages: CachedResponses }): AnyRoute[] => [
  route({
    ...common,
    path: '/api/v1/store/bundles',
    summary: 'The bundles on sale, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(bundleSummarySchema) }, ...unchanged },
    errors: ['CURSOR_INVALID'],
    handle: (call) => pricedAnswer(pages, call, (prices) => pages.bundles(call.query, prices)),
  }),

  route({
    ...common,
    path: '/api/v1/store/bundles/{idOrSlug}',
    summary: 'A bundle with the sets that are chosen from',
    params: z.strictObject({ idOrSlug: z.string().max(200) }),
    query: z.strictObject({}),
    answers: { 200: { description: 'The bundle', schema: bundleSchema }, ...unchanged },
    errors: ['BUNDLE_NOT_FOUND'],
    handle(call) {
      const { idOrSlug } = call.params;
      return pricedAnswer(pages, call, async (prices) => {
        const bundle = await pages.bundle(idOrSlug, prices);
        if (!bundle) throw refused('BUNDLE_NOT_FOUND', { bundle: idOrSlug });
        return bundle;
      });
    },
  }),
];
