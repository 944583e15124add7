import { z } from 'zod';
import { refused } from '../../../../domain/errors.ts';
import type { ApiDeps } from '../../../deps.ts';
import { type AnyRoute, route } from '../../../http/route.ts';
import { bundleSchema, readBundle } from '../../../store/catalogue/bundle-view.ts';
import { BUNDLES } from './bundles.ts';

/** A preview of a bundle as the storefront shows it, also before it is active. */
export const bundleOfferRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    tag: BUNDLES.tag,
    permission: 'bundles:manage',
    access: 'staff',
    method: 'get',
    path: '/api/v1/admin/bundles/{id}/offer',
    summary: 'Preview a bundle as guests see it, including drafts',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The bundle', schema: bundleSchema } },
    errors: ['BUNDLE_NOT_FOUND'],
    async handle({ params: { id } }) {
      const { terms } = await deps.cachedResponses.prices(null);
      const bundle = await readBundle({ ...deps, terms }, { idOrSlug: id, isAnyStatus: true });
      if (!bundle) throw refused('BUNDLE_NOT_FOUND', { id });
      return { status: 200, body: bundle };
    },
  }),
];
