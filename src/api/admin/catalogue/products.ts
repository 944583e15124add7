import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { UNITS } from '../../../domain/invoices/unit.ts';
import { lockRules, reindexCollections } from '../../../entities/catalogue/collection-rule.ts';
import { refuseReferencedByOffers, requireExistingIds } from '../../../entities/offers/references.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { searchText, skuPattern } from '../../store/catalogue/list/product-filter.ts';
import { attributesSchema, mediaSchema } from '../../store/catalogue/product-view.ts';
import { resource } from '../resources/old-resource.ts';
import { CATALOGUE, makeUniqueSlug, requireTaxClass, slug } from './fields.ts';
import { addVariants, newVariant } from './variant-rows.ts';

const statuses = ['draft', 'active', 'archived'] as const;
const SEARCH =
  'Search text: words or their beginnings, with typing errors; or a SKU or its beginning. Finds draft and archived products as well.';

const fields = {
  slug,
  title: z.string().trim().min(1).max(200),
  description: z.string().max(20_000),
  brand: z.string().trim().max(120),
  hsn: z.string().regex(/^(\d{4}|\d{6}|\d{8})$/, 'must be an HSN code of 4, 6 or 8 digits'),
  uqc: z.enum(UNITS).meta({
    description:
      'Unique quantity code of the GST portal: the unit of the quantity on invoices. Default: `NOS` (numbers). Not used for products with a service code (HSN 99…).',
  }),
  taxClass: z.string().min(1).max(80),
  status: z.enum(statuses),
  attributes: attributesSchema,
  media: mediaSchema,
  collectionIds: z.array(z.uuid()).max(200).meta({ description: 'Manual collections that contain the product.' }),
  variants: z
    .array(newVariant)
    .max(500)
    .meta({ description: 'Variants to add after the existing ones. Change existing variants at `/variants`.' }),
};

/** Products. The storefront shows active products only. */
export const PRODUCTS = resource({
  path: 'products',
  noun: 'product',
  schemaId: 'AdminProduct',
  tag: 'Products',
  permission: CATALOGUE,
  table: 'products',
  notFound: 'PRODUCT_NOT_FOUND',
  statuses,
  fields,
  defaults: {
    description: '',
    brand: '',
    uqc: 'NOS',
    status: 'draft',
    attributes: {},
    media: [],
    collectionIds: [],
    variants: [],
  },
  required: ['title', 'hsn', 'taxClass'],
  json: ['attributes', 'media'],
  computed: {
    collectionIds: {
      schema: z.array(z.uuid()).meta({ description: 'Manual collections that contain the product.' }),
      sql: `array(select c.id from product_collections pc join collections c on c.id = pc.collection_id
        where pc.product_id = t.id and c.kind = 'manual' order by c.id)`,
    },
    variants: {
      schema: z.array(
        z.object({ id: z.uuid(), sku: z.string(), price: z.int(), status: z.string(), version: z.int() }),
      ),
      sql: `(select coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'price', v.price, 'status', v.status,
        'version', v.version) order by v.position), '[]') from variants v where v.product_id = t.id)`,
    },
  },
  filters: {
    q: {
      schema: z.string().max(200).transform(searchInput).meta({ description: SEARCH }),
      // The prefix query finds drafts, whose words are not in the dictionary; the product query corrects typing errors.
      sql: (value) => `t.id in (
        select id from products where search @@ (prefix_query(${value}::jsonb ->> 'typed')
          || product_query(${value}::jsonb ->> 'typed'))
        union all select product_id from variants where upper(sku) like ${value}::jsonb ->> 'sku')`,
    },
    sku: {
      schema: z.string().min(1).max(64).meta({ description: 'SKU of one of the variants, case-insensitive.' }),
      sql: (value) => `t.id in (select product_id from variants where upper(sku) = upper(${value}))`,
    },
    collectionId: {
      schema: z.uuid(),
      sql: (value) => `t.id in (select product_id from product_collections where collection_id = ${value})`,
    },
  },
  prepare: lockRules,
  complete: async (tx, { slug: given, title = '' }) => ({
    slug: given ?? (await makeUniqueSlug(tx, 'products', title)),
  }),
  async check(tx, { taxClass, collectionIds }) {
    await requireTaxClass(tx, taxClass);
    await requireExistingIds(tx, { field: 'collectionIds', table: 'collections', ids: collectionIds });
    const ruleCollections = await tx.query<{ id: string }>(
      `select id from collections where id = any($1) and kind = 'rule'`,
      [collectionIds],
    );
    const problem = {
      where: 'collectionIds',
      problem: 'contains a collection that is filled by a rule',
      expected: 'collections of kind manual',
    };
    if (ruleCollections.length > 0) throw refused('CONTRADICTION', { problems: [problem] });
  },
  async save(tx, id, { collectionIds, variants = [] }) {
    await tx.write();
    if (variants.length > 0) await addVariants(tx, id, variants);
    if (collectionIds) await assignToCollections(tx, id, collectionIds);
    await reindexCollections(tx, [id]);
  },
  async refuseRemoval(tx, id) {
    const variants = await tx.query<{ id: string }>(
      `select id from variants where product_id = $1 order by id for update`,
      [id],
    );
    await refuseReferencedByOffers(tx, [id, ...variants.map((variant) => variant.id)]);
  },
  children: [
    `delete from product_collections where product_id = $1`,
    `delete from stock_levels where variant_id in (select id from variants where product_id = $1)`,
    `delete from variants where product_id = $1`,
  ],
});

/** Prepares the search text for the SQL condition. */
function searchInput(text: string) {
  return { typed: searchText(text), sku: skuPattern(text) };
}

async function assignToCollections(tx: Tx, productId: string, collectionIds: readonly string[]): Promise<void> {
  await tx.query(
    `with gone as (delete from product_collections pc using collections c
        where pc.product_id = $1::uuid and c.id = pc.collection_id and c.kind = 'manual' and c.id <> all($2::uuid[]))
      insert into product_collections (collection_id, product_id) select unnest($2::uuid[]), $1::uuid on conflict do nothing`,
    [productId, collectionIds],
  );
}
