import { defineEntity, p } from '@mikro-orm/core';
import { refuseContradictions, ruleContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import { EMPTY_TARGET } from '../../domain/pricing/discounts/target.ts';
import type { PricingRuleInput, RuleAction, Target } from '../../domain/pricing/inputs.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { requireGoods, requireGroups } from './references.ts';
import { changeWindow, windowOf } from './time-window.ts';

const PricingRuleSchema = defineEntity({
  name: 'PricingRule',
  tableName: 'pricing_rules',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    status: p.string().$type<'active' | 'archived'>(),
    priority: p.integer(),
    isFinal: p.boolean(),
    groupIds: p.array(),
    startsAt: p.datetime().nullable(),
    endsAt: p.datetime().nullable(),
    include: p.json<Target>(),
    exclude: p.json<Target>(),
    minQuantity: p.integer(),
    maxQuantity: p.integer().nullable(),
    action: p.json<RuleAction>(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

type Terms = Omit<PricingRuleInput, 'id'> & Pick<PricingRule, 'status'>;

const DEFAULTS = {
  ...{ status: 'active', priority: 0, isFinal: false, groupIds: [], startsAt: null, endsAt: null },
  ...{ include: EMPTY_TARGET, exclude: EMPTY_TARGET, minQuantity: 1, maxQuantity: null },
} as const;

/** A rule that changes the unit price of the goods that it selects. */
export class PricingRule extends PricingRuleSchema.class {
  /** @throws CONTRADICTION, REFERENCE_UNKNOWN */
  static async create(tx: Tx, terms: Pick<Terms, 'name' | 'action'> & Partial<Terms>): Promise<PricingRule> {
    const rule = Object.assign(new PricingRule(), { id: newId(), version: 1, createdAt: tx.now }, DEFAULTS);
    await rule.change(tx, terms);
    tx.persist(rule);
    return rule;
  }

  /** Changes the given terms. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  async change(tx: Tx, { startsAt, endsAt, ...terms }: Partial<Terms>): Promise<void> {
    Object.assign(this, terms, { updatedAt: tx.now });
    changeWindow(this, { startsAt, endsAt });
    const { maxQuantity = null } = this;
    refuseContradictions(ruleContradictions({ ...this, maxQuantity, ...windowOf(this) }));
    await requireGroups(tx, this.groupIds);
    await requireGoods(tx, this);
  }
}
PricingRuleSchema.setClass(PricingRule);
