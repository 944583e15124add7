import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { lockRulesForChange, refillCollection } from '../../../entities/catalogue/collection-rule.ts';
import { refuseReferencedByOffers } from '../../../entities/offers/references.ts';
import { paise } from '../../fields/amounts.ts';
import { resource } from '../resources/old-resource.ts';
import { CATALOGUE, makeUniqueSlug, slug } from './fields.ts';

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

/** Collections: manual, or filled by a rule. */
export const COLLECTIONS = resource({
  path: 'collections',
  noun: 'collection',
  schemaId: 'AdminCollection',
  tag: 'Collections',
  permission: CATALOGUE,
  table: 'collections',
  notFound: 'COLLECTION_NOT_FOUND',
  statuses,
  fields,
  defaults: { description: '', position: 1_000, status: 'active', kind: 'manual', rule: null },
  required: ['title'],
  json: ['rule'],
  computed: {
    products: {
      schema: z.int().meta({ description: 'Number of products in the collection.' }),
      sql: `(select count(*)::int from product_collections pc where pc.collection_id = t.id)`,
    },
  },
  prepare: lockRulesForChange,
  complete: async (tx, { slug: given, title = '' }) => ({
    slug: given ?? (await makeUniqueSlug(tx, 'collections', title)),
  }),
  async check(_tx, { kind, rule: newRule }) {
    if ((kind === 'rule') === (newRule !== null)) return;
    const problem = {
      where: 'rule',
      problem: `does not fit kind ${kind}`,
      expected: kind === 'rule' ? 'a rule' : 'null',
    };
    throw refused('CONTRADICTION', { problems: [problem] });
  },
  async save(tx, id, { rule: newRule }) {
    await tx.write();
    if (newRule) await refillCollection(tx, id);
  },
  refuseRemoval: (tx, id) => refuseReferencedByOffers(tx, [id]),
  children: [`delete from product_collections where collection_id = $1`],
});
