import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { lockRules, reindexCollections } from '../../../entities/catalogue/collection-rule.ts';
import { refuseReferencedByOffers, requireExistingIds } from '../../../entities/offers/references.ts';
import { resource } from '../resources/old-resource.ts';
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

const level = (sql: string): string => `(select ${sql} from stock_levels s where s.variant_id = t.id)`;

/** Variants: one size and colour of a product. An archived variant is not for sale but stays in orders. */
export const VARIANTS = resource({
  path: 'variants',
  noun: 'variant',
  schemaId: 'AdminVariant',
  tag: 'Products',
  permission: CATALOGUE,
  table: 'variants',
  notFound: 'VARIANT_NOT_FOUND',
  statuses,
  fields,
  defaults: {
    ...{ size: null, color: null, weightGrams: 0, maxPerOrder: null, attributes: {}, status: 'active' },
    ...{ position: 1_000, backorderLimit: 0 },
  },
  required: ['productId', 'sku', 'price'],
  json: ['attributes'],
  computed: {
    backorderLimit: { schema: z.int(), sql: level('s.backorder_limit') },
    onHand: { schema: z.int(), sql: level('s.on_hand') },
    reserved: { schema: z.int(), sql: level('s.reserved') },
    available: { schema: z.int(), sql: level('greatest(s.on_hand + s.backorder_limit - s.reserved, 0)') },
  },
  filters: {
    productId: { schema: z.uuid(), sql: (value) => `t.product_id = ${value}` },
    sku: { schema: z.string().min(1).max(64), sql: (value) => `upper(t.sku) = upper(${value})` },
  },
  prepare: lockRules,
  async check(tx, { productId }, id) {
    await requireExistingIds(tx, { field: 'productId', table: 'products', ids: [productId] });
    const [row] = await tx.query<{ productId: string }>(
      `select product_id as "productId" from variants where id = $1`,
      [id],
    );
    if (!row || row.productId === productId) return;
    const problem = {
      where: 'productId',
      problem: 'a variant cannot move to another product',
      expected: row.productId,
    };
    throw refused('CONTRADICTION', { problems: [problem] });
  },
  async save(tx, id, { backorderLimit }) {
    await tx.write();
    // The condition of the upsert refuses a limit below the units that are already backordered.
    const [changed] = await tx.query<{ productId: string }>(
      `with level as (insert into stock_levels (variant_id, on_hand, backorder_limit) values ($1, 0, coalesce($2, 0))
          on conflict (variant_id) do update set backorder_limit = coalesce($2, stock_levels.backorder_limit)
            where $2 is null or stock_levels.on_hand + $2 >= greatest(stock_levels.reserved, 0) returning 1)
        select product_id as "productId" from variants where id = $1 and exists (select 1 from level)`,
      [id, backorderLimit ?? null],
    );
    if (!changed) throw refused('INSUFFICIENT_INVENTORY', { variantId: id, backorderLimit });
    await reindexCollections(tx, [changed.productId]);
  },
  refuseRemoval: (tx, id) => refuseReferencedByOffers(tx, [id]),
  children: [`delete from stock_levels where variant_id = $1`],
  afterRemove: (tx, { product_id: productId }) => reindexCollections(tx, [productId as string]),
});
