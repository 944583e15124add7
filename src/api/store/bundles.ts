import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { pageOf, pageQuery } from '../admin/page.ts';
import { type AnyRoute, route } from '../route.ts';
import { bundleSchema, bundleSummarySchema } from '../views/bundle.ts';
import { answerOf } from '../views/page.ts';
import type { Pages } from '../views/pages.ts';

const common = { method: 'get', permission: 'products:read', access: 'store', tag: 'Catalogue' } as const;
const unchanged = { 304: { description: 'What the client has is still so' } };

/** What is sold together, chosen from sets. */
export const bundleRoutes = ({ pages }: { pages: Pages }): AnyRoute[] => [
  route({
    ...common,
    path: '/api/v1/store/bundles',
    summary: 'The bundles on sale, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(bundleSummarySchema) }, ...unchanged },
    errors: ['CURSOR_INVALID'],
    handle: async ({ query }) => answerOf(await pages.bundles(query)),
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
      const bundle = await pages.bundle(idOrSlug);
      if (!bundle) throw refused('BUNDLE_NOT_FOUND', { bundle: idOrSlug });
      return answerOf(bundle);
    },
  }),
];
