import { z } from 'zod';
import { PricingRule } from '../../../entities/offers/pricing-rule.ts';
import { paise, percent } from '../../fields/amounts.ts';
import { bodiesOf, managedResource, VERSION_AND_TIMES, viewOf } from '../resources/managed-resource.ts';
import { groupIds, name, priority, selectionFields, units, windowFields } from './conditions.ts';

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
export const PRICING_RULES = managedResource({
  path: 'pricing-rules',
  noun: 'pricing-rule',
  tag: 'Pricing rules',
  permission: 'price-lists:manage',
  notFound: 'PRICING_RULE_NOT_FOUND',
  statuses,
  view: viewOf('PricingRule', fields),
  select: `select t.id, t.name, t.status, t.priority, t.is_final as "isFinal", t.group_ids as "groupIds",
      t.starts_at as "startsAt", t.ends_at as "endsAt", t.include, t.exclude, t.min_quantity as "minQuantity",
      t.max_quantity as "maxQuantity", t.action, ${VERSION_AND_TIMES} from pricing_rules t`,
  ...bodiesOf(fields, ['name', 'action']),
  entity: PricingRule,
  create: (tx, body) => PricingRule.create(tx, body),
  change: (tx, rule, body) => rule.change(tx, body),
  remove: async (tx, rule) => tx.remove(rule),
});
