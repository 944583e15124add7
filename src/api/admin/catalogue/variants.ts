import { z } from 'zod';
import { lockRules } from '../../../entities/catalogue/collection-rule.ts';
import { Variant } from '../../../entities/catalogue/variant.ts';
import { AVAILABLE } from '../../../entities/stock/availability.ts';
import { bodiesOf, managedResource, viewOf } from '../resources/managed-resource.ts';
import { CATALOGUE, variantFields } from './fields.ts';

const statuses = ['active', 'archived'] as const;

const fields = {
  productId: z.uuid(),
  ...variantFields,
  position: z
    .int()
    .min(0)
    .max(10_000)
    .meta({ description: 'Position among the variants of the product, ascending. Default: 1000.' }),
  status: z.enum(statuses),
};

const level = { backorderLimit: z.int(), onHand: z.int(), reserved: z.int(), available: z.int() };

/** Variants: one size and colour of a product. An archived variant is not for sale but stays in orders. */
export const VARIANTS = managedResource({
  path: 'variants',
  noun: 'variant',
  tag: 'Products',
  permission: CATALOGUE,
  notFound: 'VARIANT_NOT_FOUND',
  statuses,
  view: viewOf('AdminVariant', { ...fields, ...level }),
  select: `select t.id, t.product_id as "productId", t.sku, t.size, t.color, t.price, t.weight_grams as "weightGrams",
      t.max_per_order as "maxPerOrder", t.attributes, t.position, t.status, t.version, t.created_at as "createdAt",
      t.updated_at as "updatedAt", s.backorder_limit as "backorderLimit", s.on_hand as "onHand", s.reserved,
      ${AVAILABLE} as available
    from variants t left join stock_levels s on s.variant_id = t.id`,
  filters: {
    productId: { schema: z.uuid(), sql: (value) => `t.product_id = ${value}` },
    sku: { schema: z.string().min(1).max(64), sql: (value) => `upper(t.sku) = upper(${value})` },
  },
  ...bodiesOf(fields, ['productId', 'sku', 'price']),
  entity: Variant,
  prepare: lockRules,
  create: (tx, body) => Variant.create(tx, body),
  change: (tx, variant, body) => variant.change(tx, body),
  remove: (tx, variant) => variant.remove(tx),
});
