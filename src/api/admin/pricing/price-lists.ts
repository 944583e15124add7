import { z } from 'zod';
import { PriceList } from '../../../entities/offers/price-list.ts';
import { bodiesOf, managedResource, VERSION_AND_TIMES, viewOf } from '../resources/managed-resource.ts';
import { groupIds, name, priority, windowFields } from './conditions.ts';

const statuses = ['active', 'archived'] as const;
const fields = { name, status: z.enum(statuses), priority, groupIds, ...windowFields };
const entries = z.int().meta({ description: 'Number of entries; list them at `/entries`.' });

/** Price lists: other unit prices for variants, by customer group, period and quantity. */
export const PRICE_LISTS = managedResource({
  path: 'price-lists',
  noun: 'price-list',
  tag: 'Price lists',
  permission: 'price-lists:manage',
  notFound: 'PRICE_LIST_NOT_FOUND',
  statuses,
  view: viewOf('PriceList', { ...fields, entries }),
  select: `select t.id, t.name, t.status, t.priority, t.group_ids as "groupIds", t.starts_at as "startsAt",
      t.ends_at as "endsAt", ${VERSION_AND_TIMES},
      (select count(*)::int from price_list_entries e where e.price_list_id = t.id) as entries
    from price_lists t`,
  ...bodiesOf(fields, ['name']),
  entity: PriceList,
  create: (tx, body) => PriceList.create(tx, body),
  change: (tx, list, body) => list.change(tx, body),
  remove: async (tx, list) => tx.remove(list),
});
