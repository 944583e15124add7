import { z } from 'zod';
import { UNITS } from '../../../domain/invoices/unit.ts';
import { lockRules } from '../../../entities/catalogue/collection-rule.ts';
import { Product } from '../../../entities/catalogue/product.ts';
import { searchText, skuPattern } from '../../store/catalogue/list/product-search.ts';
import { attributesSchema, mediaSchema } from '../../store/catalogue/product-view.ts';
import { bodiesOf, managedResource, viewOf } from '../resources/managed-resource.ts';
import { CATALOGUE, slug, variantFields } from './fields.ts';

const statuses = ['draft', 'active', 'archived'] as const;
const SEARCH =
  'Search text: words or their beginnings, with typing errors; or a SKU or its beginning. Finds draft and archived products as well.';

const { sku, price, ...optional } = variantFields;
const newVariant = z.strictObject({
  sku,
  price,
  size: optional.size.default(null),
  color: optional.color.default(null),
  weightGrams: optional.weightGrams.default(0),
  maxPerOrder: optional.maxPerOrder.default(null),
  attributes: optional.attributes.default({}),
  backorderLimit: optional.backorderLimit.default(0),
});

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

const collectionIds = z.array(z.uuid()).meta({ description: 'Manual collections that contain the product.' });
const variants = z.array(
  z.object({ id: z.uuid(), sku: z.string(), price: z.int(), status: z.string(), version: z.int() }),
);

/** Products. The storefront shows active products only. */
export const PRODUCTS = managedResource({
  path: 'products',
  noun: 'product',
  tag: 'Products',
  permission: CATALOGUE,
  notFound: 'PRODUCT_NOT_FOUND',
  statuses,
  view: viewOf('AdminProduct', { ...fields, collectionIds, variants }),
  select: `select t.id, t.slug, t.title, t.description, t.brand, t.hsn, t.uqc, t.tax_class as "taxClass", t.status,
      t.attributes, t.media, t.version, t.created_at as "createdAt", t.updated_at as "updatedAt",
      array(select c.id from product_collections pc join collections c on c.id = pc.collection_id
        where pc.product_id = t.id and c.kind = 'manual' order by c.id) as "collectionIds",
      (select coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'price', v.price, 'status', v.status,
        'version', v.version) order by v.position), '[]') from variants v where v.product_id = t.id) as variants
    from products t`,
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
  ...bodiesOf(fields, ['title', 'hsn', 'taxClass']),
  entity: Product,
  prepare: lockRules,
  create: (tx, body) => Product.create(tx, body),
  change: (tx, product, body) => product.change(tx, body),
  remove: (tx, product) => product.remove(tx),
});

/** Prepares the search text for the SQL condition. */
function searchInput(text: string) {
  return { typed: searchText(text), sku: skuPattern(text) };
}
