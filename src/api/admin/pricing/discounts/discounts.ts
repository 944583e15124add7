import { z } from 'zod';
import { refuseContradictions } from '../../../../domain/pricing/contradictions/contradiction.ts';
import { type DiscountTerms, discountContradictions } from '../../../../domain/pricing/contradictions/discount.ts';
import { requireGoods, requireGroups } from '../../../../entities/offers/references.ts';
import { paise } from '../../../fields/amounts.ts';
import { codeSchema } from '../../../store/pricing/code.ts';
import { resource } from '../../resources/old-resource.ts';
import { EMPTY_TARGET, groupIds, name, priority, selectionFields, units, windowFields } from '../conditions.ts';
import { addCodes } from './code-rows.ts';
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

/** Discounts on a cart, automatic or by code. */
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
    ...{ include: EMPTY_TARGET, exclude: EMPTY_TARGET, maxUses: null, maxUsesPerCustomer: null, codes: [] },
  },
  required: ['name', 'offer'],
  json: ['include', 'exclude', 'offer'],
  computed: {
    codes: {
      schema: z.array(z.string()).meta({ description: 'The first 100 codes; list all at `/codes`.' }),
      sql: `array(select code from discount_codes c where c.discount_id = t.id order by code limit 100)`,
    },
    uses: {
      schema: z.object({ held: z.int(), consumed: z.int() }),
      sql: `json_build_object('held', ${countRedemptions('held')}, 'consumed', ${countRedemptions('consumed')})`,
    },
  },
  async check(tx, whole) {
    const {
      startsAt = null,
      endsAt = null,
      include = EMPTY_TARGET,
      exclude = EMPTY_TARGET,
      isAutomatic,
      codes,
      status,
    } = whole;
    const terms: DiscountTerms = { ...whole, startsAt, endsAt, include, exclude };
    const unwantedCodes = { where: 'codes', problem: 'an automatic discount has no codes', expected: 'no codes' };
    const missingCode = {
      where: 'codes',
      problem: 'an active discount needs a code unless it is automatic',
      expected: 'a code, isAutomatic, or status paused',
    };
    refuseContradictions([
      ...discountContradictions(terms),
      ...(isAutomatic && codes.length > 0 ? [unwantedCodes] : []),
      ...(!isAutomatic && codes.length === 0 && status === 'active' ? [missingCode] : []),
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
