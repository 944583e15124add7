import { z } from 'zod';
import { Discount } from '../../../../entities/offers/discount.ts';
import { paise } from '../../../fields/amounts.ts';
import { codeSchema } from '../../../store/pricing/code.ts';
import { bodiesOf, managedResource, VERSION_AND_TIMES, viewOf } from '../../resources/managed-resource.ts';
import { groupIds, name, priority, selectionFields, units, windowFields } from '../conditions.ts';
import { offer } from './offer.ts';

const statuses = ['active', 'paused', 'archived'] as const;

const fields = {
  name,
  status: z.enum(statuses),
  isAutomatic: z.boolean().meta({ description: 'Whether the discount applies without a code. Default: false.' }),
  priority,
  stacking: z
    .enum(['exclusive', 'stackable'])
    .meta({ description: 'Whether other discounts can apply as well. Default: `stackable`.' }),
  stackGroup: z
    .string()
    .min(1)
    .max(60)
    .nullable()
    .meta({ description: 'At most one discount of each stack group applies. Null: the discount is in no group.' }),
  groupIds,
  ...windowFields,
  firstOrderOnly: z
    .boolean()
    .meta({ description: 'Whether only the first order of a customer is eligible. Default: false.' }),
  minSubtotal: paise.meta({
    description: 'Minimum subtotal of the eligible products in paise, before discounts. Default: 0.',
  }),
  minQuantity: z
    .int()
    .min(0)
    .max(1_000_000)
    .meta({ description: 'Minimum units of the eligible products. Default: 0.' }),
  ...selectionFields,
  excludesBundles: z
    .boolean()
    .meta({ description: 'Whether the components of bundles are not eligible. Default: false.' }),
  offer,
  maxUses: units
    .nullable()
    .meta({ description: 'Most uses in total, counted since the limit was set; null: no limit.' }),
  maxUsesPerCustomer: units.nullable().meta({ description: 'Most uses by one customer; null: no limit.' }),
  codes: z.array(codeSchema).max(100).meta({ description: 'Codes of a new discount; add more at `/codes`.' }),
};

const countRedemptions = (status: string): string =>
  `(select count(*)::int from discount_redemptions r where r.discount_id = t.id and r.status = '${status}')`;

const computed = {
  codes: z.array(z.string()).meta({ description: 'The first 100 codes; list all at `/codes`.' }),
  uses: z.object({ held: z.int(), consumed: z.int() }),
};

/** Discounts on a cart, automatic or by code. */
export const DISCOUNTS = managedResource({
  path: 'discounts',
  noun: 'discount',
  tag: 'Discounts',
  permission: 'discounts:manage',
  notFound: 'DISCOUNT_NOT_FOUND',
  statuses,
  view: viewOf('Discount', { ...fields, ...computed }),
  select: `select t.id, t.name, t.status, t.is_automatic as "isAutomatic", t.priority, t.stacking,
      t.stack_group as "stackGroup", t.group_ids as "groupIds", t.starts_at as "startsAt", t.ends_at as "endsAt",
      t.first_order_only as "firstOrderOnly", t.min_subtotal as "minSubtotal", t.min_quantity as "minQuantity",
      t.include, t.exclude, t.excludes_bundles as "excludesBundles", t.offer, t.max_uses as "maxUses",
      t.max_uses_per_customer as "maxUsesPerCustomer", ${VERSION_AND_TIMES},
      array(select code from discount_codes c where c.discount_id = t.id order by code limit 100) as codes,
      json_build_object('held', ${countRedemptions('held')}, 'consumed', ${countRedemptions('consumed')}) as uses
    from discounts t`,
  ...bodiesOf(fields, ['name', 'offer']),
  entity: Discount,
  create: (tx, body) => Discount.create(tx, body),
  change: (tx, discount, body) => discount.change(tx, body),
  remove: (tx, discount) => discount.remove(tx),
});
