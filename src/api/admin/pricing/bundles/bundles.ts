import { z } from 'zod';
import { Bundle } from '../../../../entities/offers/bundle.ts';
import { setsOf } from '../../../../entities/pricing/bundle-sets.ts';
import { bundlePricing } from '../../../store/catalogue/bundle-pricing.ts';
import { slug } from '../../catalogue/fields.ts';
import { bodiesOf, managedResource, VERSION_AND_TIMES, viewOf } from '../../resources/managed-resource.ts';
import { name } from '../conditions.ts';
import { setSchema } from './set-fields.ts';

const statuses = ['draft', 'active', 'archived'] as const;

const fields = {
  slug: slug.max(120),
  title: name,
  description: z.string().max(5_000),
  status: z.enum(statuses),
  pricing: bundlePricing,
  sets: z.array(setSchema).max(30),
};

/** Bundles: products chosen from sets and sold together at a bundle price. */
export const BUNDLES = managedResource({
  path: 'bundles',
  noun: 'bundle',
  tag: 'Bundles',
  permission: 'bundles:manage',
  notFound: 'BUNDLE_NOT_FOUND',
  statuses,
  view: viewOf('Bundle', { ...fields, sets: z.array(setSchema) }),
  select: `select t.id, t.slug, t.title, t.description, t.status, t.pricing, ${VERSION_AND_TIMES},
      ${setsOf('t.id')} as sets from bundles t`,
  ...bodiesOf(fields, ['slug', 'title', 'pricing']),
  entity: Bundle,
  create: (tx, body) => Bundle.create(tx, body),
  change: (tx, bundle, body) => bundle.change(tx, body),
  remove: async (tx, bundle) => tx.remove(bundle),
});
