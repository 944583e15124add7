import { z } from 'zod';
import { bundleContradictions } from '../../../../domain/pricing/contradictions/bundle.ts';
import { refuseContradictions } from '../../../../domain/pricing/contradictions/contradiction.ts';
import { requireExistingIds } from '../../../../entities/offers/references.ts';
import { setsOf } from '../../../../entities/pricing/bundle-sets.ts';
import { bundlePricing } from '../../../store/catalogue/bundle-pricing.ts';
import { slug } from '../../catalogue/fields.ts';
import { resource } from '../../resources/old-resource.ts';
import { name } from '../conditions.ts';
import { findUnsellable, setSchema, writeSets } from './bundle-sets.ts';

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
export const BUNDLES = resource({
  path: 'bundles',
  noun: 'bundle',
  schemaId: 'Bundle',
  tag: 'Bundles',
  permission: 'bundles:manage',
  table: 'bundles',
  notFound: 'BUNDLE_NOT_FOUND',
  statuses,
  fields,
  defaults: { description: '', status: 'draft', sets: [] },
  required: ['slug', 'title', 'pricing'],
  json: ['pricing'],
  computed: {
    sets: {
      schema: z.array(setSchema),
      sql: setsOf('t.id'),
    },
  },
  async check(tx, { sets, status }) {
    const variantIds = [...new Set(sets.flatMap(({ items }) => items.map(({ variantId }) => variantId)))];
    await requireExistingIds(tx, { field: 'sets', table: 'variants', ids: variantIds });
    if (status !== 'active' && sets.length === 0) return;
    const unsellable = status === 'active' ? await findUnsellable(tx, variantIds) : [];
    refuseContradictions(bundleContradictions(sets, new Set(unsellable)));
  },
  async save(tx, id, { sets }) {
    if (sets) await writeSets(tx, id, sets);
  },
});
