import { z } from 'zod';
import { refuseContradictions, ruleContradictions } from '../../../domain/pricing/contradictions/contradiction.ts';
import { requireGoods, requireGroups } from '../../../entities/offers/references.ts';
import { paise, percent } from '../../fields/amounts.ts';
import { resource } from '../resources/old-resource.ts';
import { EMPTY_TARGET, groupIds, name, priority, selectionFields, units, windowFields } from './conditions.ts';

const statuses = ['active', 'archived'] as const;

const action = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fixed-price'), price: paise }),
    z.strictObject({ kind: z.literal('percent-off'), percent }),
    z.strictObject({ kind: z.literal('amount-off'), amount: paise }),
  ])
  .meta({ description: 'How the rule changes the unit price. Amounts in paise.' });

const fields = {
  name,
  status: z.enum(statuses),
  priority,
  isFinal: z.boolean().meta({ description: 'Whether later rules are skipped once this rule applies. Default: false.' }),
  groupIds,
  ...windowFields,
  ...selectionFields,
  minQuantity: units,
  maxQuantity: units.nullable(),
  action,
};

/** Pricing rules: they change the unit price one after the other, by priority. */
export const PRICING_RULES = resource({
  path: 'pricing-rules',
  noun: 'pricing-rule',
  schemaId: 'PricingRule',
  tag: 'Pricing rules',
  permission: 'price-lists:manage',
  table: 'pricing_rules',
  notFound: 'PRICING_RULE_NOT_FOUND',
  statuses,
  fields,
  defaults: {
    ...{ status: 'active', priority: 0, isFinal: false, groupIds: [], startsAt: null, endsAt: null },
    ...{ include: EMPTY_TARGET, exclude: EMPTY_TARGET, minQuantity: 1, maxQuantity: null },
  },
  required: ['name', 'action'],
  json: ['include', 'exclude', 'action'],
  async check(tx, { startsAt = null, endsAt = null, include = EMPTY_TARGET, exclude = EMPTY_TARGET, ...rule }) {
    refuseContradictions(ruleContradictions({ ...rule, startsAt, endsAt, include, exclude }));
    await requireGroups(tx, rule.groupIds);
    await requireGoods(tx, { include, exclude });
  },
});
