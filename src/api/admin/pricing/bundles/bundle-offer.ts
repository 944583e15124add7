import { z } from 'zod';
import { refused } from '../../../../domain/errors.ts';
import type { ApiDeps } from '../../../deps.ts';
import { type AnyRoute, route } from '../../../http/route.ts';
import { bundleSchema, readBundle } from '../../../store/catalogue/bundle-view.ts';
import { BUNDLES } from './bundles.ts';

/** A bundle through the eyes of a shopper, before it is on sale as well. */
export const bundleOfferRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    tag: BUNDLES.tag,
    permission: 'bundles:manage',
    access: 'staff',
    method: 'get',
    path: '/api/v1/admin/bundles/{id}/offer',
    summary: 'A bundle as shoppers who are not signed in see it: its choices, price and stock; also a draft',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The bundle', schema: bundleSchema } },
    errors: ['BUNDLE_NOT_FOUND'],
    async handle({ params: { id } }) {
      const { terms } = await deps.pages.prices(null);
      const bundle = await readBundle({ ...deps, terms }, { idOrSlug: id, isAnyStatus: true });
      if (!bundle) throw refused('BUNDLE_NOT_FOUND', { id });
      return { status: 200, body: bundle };
    },
  }),
];
