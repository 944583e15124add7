import { z } from 'zod';
import { windowContradictions } from '../../../domain/pricing/contradictions/contradiction.ts';
import { resource } from '../resources/resource.ts';
import { groupIds, name, priority, refuseContradictions, requireGroups, windowFields } from './conditions.ts';

const statuses = ['active', 'archived'] as const;

const fields = { name, status: z.enum(statuses), priority, groupIds, ...windowFields };

/** Price lists: other unit prices for variants, by customer group, period and quantity. */
export const PRICE_LISTS = resource({
  path: 'price-lists',
  noun: 'price-list',
  schemaId: 'PriceList',
  tag: 'Price lists',
  permission: 'price-lists:manage',
  table: 'price_lists',
  notFound: 'PRICE_LIST_NOT_FOUND',
  statuses,
  fields,
  defaults: { status: 'active', priority: 0, groupIds: [], startsAt: null, endsAt: null },
  required: ['name'],
  computed: {
    entries: {
      schema: z.int().meta({ description: 'Number of entries; list them at `/entries`.' }),
      sql: '(select count(*)::int from price_list_entries e where e.price_list_id = t.id)',
    },
  },
  async check(tx, { startsAt = null, endsAt = null, groupIds: groups }) {
    refuseContradictions(windowContradictions({ startsAt, endsAt }));
    await requireGroups(tx, groups);
  },
});
