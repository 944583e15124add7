import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { pageQuery, pageSchema } from '../../admin/list-query.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';
import { bundleSchema, bundleSummarySchema } from './bundle-view.ts';
import { pricedAnswer } from './priced-response.ts';
import type { VisitorPrices } from './visitor-prices.ts';

const common = { method: 'get', permission: 'products:read', access: 'store', tag: 'Catalogue' } as const;
const unchanged = { 304: { description: 'The version of the client is current' } };

/** The public routes of bundles. */
export const bundleRoutes = ({ cachedResponses }: { cachedResponses: CachedResponses }): AnyRoute[] => [
  route({
    ...common,
    path: '/api/v1/store/bundles',
    summary: 'List the bundles on sale, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page of bundles', schema: pageSchema(bundleSummarySchema) }, ...unchanged },
    errors: ['CURSOR_INVALID'],
    handle: (call) => pricedAnswer(cachedResponses, call, cachedResponses.bundles(call.query)),
  }),

  route({
    ...common,
    path: '/api/v1/store/bundles/{idOrSlug}',
    summary: 'Retrieve a bundle with its sets',
    params: z.strictObject({ idOrSlug: z.string().max(200) }),
    query: z.strictObject({}),
    answers: { 200: { description: 'The bundle', schema: bundleSchema }, ...unchanged },
    errors: ['BUNDLE_NOT_FOUND'],
    handle(call) {
      const { idOrSlug } = call.params;
      const { read, inMemory } = cachedResponses.bundle(idOrSlug);
      const readOrRefuse = async (prices: VisitorPrices) => {
        const bundle = await read(prices);
        if (!bundle) throw refused('BUNDLE_NOT_FOUND', { bundle: idOrSlug });
        return bundle;
      };
      return pricedAnswer(cachedResponses, call, { read: readOrRefuse, inMemory });
    },
  }),
];
