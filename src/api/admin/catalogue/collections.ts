import { z } from 'zod';
import { lockRulesForChange } from '../../../entities/catalogue/collection-rule.ts';
import { ProductCollection } from '../../../entities/catalogue/product-collection.ts';
import { paise } from '../../fields/amounts.ts';
import { bodiesOf, managedResource, viewOf } from '../resources/managed-resource.ts';
import { CATALOGUE, slug } from './fields.ts';

const statuses = ['active', 'archived'] as const;
const texts = z.array(z.string().min(1).max(200)).min(1).max(100);

const rule = z
  .strictObject({
    all: z
      .array(
        z.discriminatedUnion('field', [
          z.strictObject({ field: z.literal('brand'), is: texts }),
          z.strictObject({ field: z.literal('taxClass'), is: texts }),
          z.strictObject({ field: z.literal('title'), contains: z.string().min(1).max(200) }),
          z.strictObject({
            field: z.literal('attribute'),
            name: z.string().min(1).max(60),
            is: z
              .array(z.union([z.string().max(500), z.number(), z.boolean()]))
              .min(1)
              .max(100),
          }),
          z.strictObject({
            field: z.literal('price'),
            from: paise.nullable().default(null),
            to: paise.nullable().default(null),
          }),
          z.strictObject({ field: z.literal('launched'), after: z.iso.datetime({ offset: true }) }),
        ]),
      )
      .min(1)
      .max(20)
      .meta({
        description: 'Conditions that a product must all meet. `price` is in paise and means the cheapest variant.',
      }),
  })
  .meta({ id: 'CollectionRule' });

const fields = {
  slug,
  title: z.string().trim().min(1).max(200),
  description: z.string().max(5_000),
  position: z.int().min(0).max(100_000).meta({ description: 'Position in the menu, ascending. Default: 1000.' }),
  status: z.enum(statuses),
  kind: z.enum(['manual', 'rule']),
  rule: rule.nullable().meta({
    description: 'Required for kind `rule`, else null: the collection contains all products that match the rule.',
  }),
};

const products = z.int().meta({ description: 'Number of products in the collection.' });

/** Collections: manual, or filled by a rule. */
export const COLLECTIONS = managedResource({
  path: 'collections',
  noun: 'collection',
  tag: 'Collections',
  permission: CATALOGUE,
  notFound: 'COLLECTION_NOT_FOUND',
  statuses,
  view: viewOf('AdminCollection', { ...fields, products }),
  select: `select t.id, t.slug, t.title, t.description, t.position, t.status, t.kind, t.rule, t.version,
      t.created_at as "createdAt", t.updated_at as "updatedAt",
      (select count(*)::int from product_collections pc where pc.collection_id = t.id) as products
    from collections t`,
  ...bodiesOf(fields, ['title']),
  entity: ProductCollection,
  prepare: lockRulesForChange,
  create: (tx, body) => ProductCollection.create(tx, body),
  change: (tx, collection, body) => collection.change(tx, body),
  remove: (tx, collection) => collection.remove(tx),
});
