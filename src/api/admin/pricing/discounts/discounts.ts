import { z } from 'zod';
import { type DiscountTerms, discountContradictions } from '../../../../domain/pricing/contradictions/discount.ts';
import { paise } from '../../../fields/amounts.ts';
import { codeSchema } from '../../../store/pricing/code.ts';
import { resource } from '../../resources/resource.ts';
import {
  groupIds,
  NOTHING,
  name,
  priority,
  refuseContradictions,
  requireGoods,
  requireGroups,
  selectionFields,
  units,
  windowFields,
} from '../conditions.ts';
import { addCodes } from './code-rows.ts';
import { offer } from './offer.ts';

const statuses = ['active', 'paused', 'archived'] as const;

const fields = {
  name,
  status: z.enum(statuses),
  isAutomatic: z.boolean().meta({ description: 'It needs no code.' }),
  priority,
  stacking: z.enum(['exclusive', 'stackable']),
  stackGroup: z
    .string()
    .min(1)
    .max(60)
    .nullable()
    .meta({ description: 'Its lane: of those in one lane at most one counts. Null: a lane of its own.' }),
  groupIds,
  ...windowFields,
  firstOrderOnly: z.boolean(),
  minSubtotal: paise.meta({ description: 'Of the goods that it is for, before discounts.' }),
  minQuantity: z.int().min(0).max(1_000_000),
  ...selectionFields,
  excludesBundles: z.boolean().meta({ description: 'Components of bundles are not among the goods that it is for.' }),
  offer,
  maxUses: units.nullable().meta({ description: 'Counted from when it is set.' }),
  maxUsesPerCustomer: units.nullable(),
  codes: z.array(codeSchema).max(100).meta({ description: 'Of a new discount; later ones through `/codes`.' }),
};

const used = (status: string): string =>
  `(select count(*)::int from discount_redemptions r where r.discount_id = t.id and r.status = '${status}')`;

/** What is taken off a cart, by itself or by code. */
export const DISCOUNTS = resource({
  path: 'discounts',
  noun: 'discount',
  schemaId: 'Discount',
  tag: 'Discounts',
  permission: 'discounts:manage',
  table: 'discounts',
  notFound: 'DISCOUNT_NOT_FOUND',
  statuses,
  fields,
  defaults: {
    ...{ status: 'active', isAutomatic: false, priority: 0, stacking: 'stackable', stackGroup: null, groupIds: [] },
    ...{ startsAt: null, endsAt: null, firstOrderOnly: false, minSubtotal: 0, minQuantity: 0, excludesBundles: false },
    ...{ include: NOTHING, exclude: NOTHING, maxUses: null, maxUsesPerCustomer: null, codes: [] },
  },
  required: ['name', 'offer'],
  json: ['include', 'exclude', 'offer'],
  apart: {
    codes: {
      schema: z.array(z.string()).meta({ description: 'The first hundred.' }),
      sql: `array(select code from discount_codes c where c.discount_id = t.id order by code limit 100)`,
    },
    uses: {
      schema: z.object({ held: z.int(), consumed: z.int() }),
      sql: `json_build_object('held', ${used('held')}, 'consumed', ${used('consumed')})`,
    },
  },
  async check(tx, whole) {
    const { startsAt = null, endsAt = null, include = NOTHING, exclude = NOTHING, isAutomatic, codes, status } = whole;
    const terms: DiscountTerms = { ...whole, startsAt, endsAt, include, exclude };
    const needsNone = { where: 'codes', problem: 'an automatic discount needs none', expected: 'no codes' };
    const needsOne = {
      where: 'codes',
      problem: 'nobody can enter a code of it',
      expected: 'a code, isAutomatic, or status paused',
    };
    refuseContradictions([
      ...discountContradictions(terms),
      ...(isAutomatic && codes.length > 0 ? [needsNone] : []),
      ...(!isAutomatic && codes.length === 0 && status === 'active' ? [needsOne] : []),
    ]);
    await requireGroups(tx, whole.groupIds);
    await requireGoods(tx, { include, exclude });
    if (whole.offer.kind !== 'buy-x-get-y') return;
    await requireGoods(tx, whole.offer.buy, 'offer.buy.');
    await requireGoods(tx, whole.offer.get, 'offer.get.');
  },
  async save(tx, id, { codes = [] }) {
    if (codes.length > 0) await addCodes(tx, { discountId: id, codes, maxUses: null });
  },
  children: [
    'delete from discount_codes where discount_id = $1',
    'delete from discount_uses where discount_id = $1 and used = 0',
  ],
});
