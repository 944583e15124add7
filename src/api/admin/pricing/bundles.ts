import { z } from 'zod';
import { bundleContradictions } from '../../../domain/pricing/contradictions.ts';
import { newId } from '../../../infra/ids.ts';
import type { Tx } from '../../../infra/unit-of-work.ts';
import { thing } from '../things/thing.ts';
import { name, paise, percent, refuseContradictions, requireAll } from './conditions.ts';

const statuses = ['draft', 'active', 'archived'] as const;

export const bundlePricing = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fixed'), price: paise }),
    z.strictObject({ kind: z.literal('sum') }),
    z.strictObject({ kind: z.literal('percent-off'), percent }),
    z.strictObject({ kind: z.literal('amount-off'), amount: paise }),
  ])
  .meta({
    id: 'BundlePricing',
    description: 'Of what the components cost alone; surcharges come on top. Amounts in paise.',
  });

const itemSchema = z.strictObject({
  variantId: z.uuid(),
  maxQuantity: z.int().min(1).max(1_000).nullable().default(null),
  surcharge: paise.default(0).meta({ description: 'Paise, for each unit of it.' }),
});

const setSchema = z
  .strictObject({
    id: z
      .uuid()
      .optional()
      .meta({ description: 'Of a set that is there: carts that chose from it keep their choice.' }),
    title: name,
    minQuantity: z.int().min(0).max(1_000),
    maxQuantity: z.int().min(1).max(1_000),
    items: z.array(itemSchema).max(200),
  })
  .meta({ id: 'ChoiceSet' });
type SetRow = z.infer<typeof setSchema>;

const fields = {
  slug: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens between')
    .max(120),
  title: name,
  description: z.string().max(5_000),
  status: z.enum(statuses),
  pricing: bundlePricing,
  sets: z.array(setSchema).max(30),
};

/** Things that are bought together, chosen from sets, at a price of their own. */
export const BUNDLES = thing({
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
  apart: {
    sets: {
      schema: z.array(setSchema),
      sql: `(select coalesce(json_agg(json_build_object('id', s.id, 'title', s.title, 'minQuantity', s.min_quantity,
          'maxQuantity', s.max_quantity, 'items', (
            select coalesce(json_agg(json_build_object('variantId', i.variant_id, 'maxQuantity', i.max_quantity,
                'surcharge', i.surcharge) order by i.position), '[]') from bundle_items i where i.set_id = s.id))
          order by s.position), '[]') from bundle_sets s where s.bundle_id = t.id)`,
    },
  },
  async check(tx, { sets, status }) {
    const wanted = [...new Set(sets.flatMap(({ items }) => items.map(({ variantId }) => variantId)))];
    await requireAll(tx, { field: 'sets', table: 'variants', wanted });
    if (status !== 'active' && sets.length === 0) return;
    const gone = status === 'active' ? await offSale(tx, wanted) : [];
    refuseContradictions(bundleContradictions(sets, new Set(gone)));
  },
  async save(tx, id, { sets }) {
    if (sets) await writeSets(tx, id, sets);
  },
});

async function offSale(tx: Tx, variantIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select v.id from variants v join products p on p.id = v.product_id
      where v.id = any($1) and not (v.status = 'active' and p.status = 'active')`,
    [variantIds],
  );
  return rows.map(({ id }) => id);
}

/** Replaces the sets; those that come with their id keep it. An id of another bundle's set counts as none. */
async function writeSets(tx: Tx, bundleId: string, sets: readonly SetRow[]): Promise<void> {
  const there = await tx.query<{ id: string }>(`select id from bundle_sets where bundle_id = $1`, [bundleId]);
  const known = new Set(there.map(({ id }) => id));
  const rows = sets.map((set, position) => {
    const isKept = set.id !== undefined && known.delete(set.id);
    return { ...set, id: isKept ? set.id : newId(), position };
  });
  await tx.query(`delete from bundle_sets where bundle_id = $1`, [bundleId]);
  await tx.query(
    `insert into bundle_sets (id, bundle_id, title, min_quantity, max_quantity, position)
      select r.id, $1, r.title, r."minQuantity", r."maxQuantity", r.position
        from jsonb_to_recordset($2::jsonb) as r (id uuid, title text, "minQuantity" int, "maxQuantity" int, position int)`,
    [bundleId, JSON.stringify(rows)],
  );
  const items = rows.flatMap(({ id, items: own }) => own.map((item, position) => ({ ...item, setId: id, position })));
  await tx.query(
    `insert into bundle_items (set_id, variant_id, max_quantity, surcharge, position)
      select r."setId", r."variantId", r."maxQuantity", r.surcharge, r.position from jsonb_to_recordset($1::jsonb)
        as r ("setId" uuid, "variantId" uuid, "maxQuantity" int, surcharge bigint, position int)`,
    [JSON.stringify(items)],
  );
}
