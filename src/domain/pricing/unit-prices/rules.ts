import { byPrecedence, closedReason } from '../discounts/offer-precedence.ts';
import { isSelected } from '../discounts/target.ts';
import type { PricingRuleInput, RuleAction } from '../inputs.ts';
import type { ExplanationStep } from '../output.ts';
import { percentOf } from '../percent.ts';

/** Returns the open rules in order of precedence, and explains why the others are skipped. */
export function openRules(
  rules: readonly PricingRuleInput[],
  when: { at: number; groups: ReadonlySet<string> },
  explanation: ExplanationStep[],
): PricingRuleInput[] {
  return rules.toSorted(byPrecedence).filter(({ id, name, ...rule }) => {
    const skipped = closedReason(rule, when);
    if (skipped) explanation.push({ step: 'rule', id, name, before: 0, after: 0, skipped });
    return skipped === null;
  });
}

interface RuledLine {
  goods: { variantId: string; productId: string; collectionIds: readonly string[] };
  quantity: number;
  index: number;
}

/** Returns the unit price after all rules for this line, highest priority first, up to a final rule. */
export function ruledPrice(
  rules: readonly PricingRuleInput[],
  { line, price }: { line: RuledLine; price: number },
  explanation: ExplanationStep[],
): number {
  let current = price;
  for (const rule of rules) {
    if (!appliesTo(rule, line)) continue;
    const after = priceAfter(rule.action, current);
    const { id, name, isFinal } = rule;
    const step = { step: 'rule', id, name, lineIndex: line.index, before: current, after } as const;
    explanation.push(isFinal ? { ...step, note: 'final' } : step);
    current = after;
    if (isFinal) break;
  }
  return current;
}

/** Explains each rule that applied to no line. */
export function explainUnused(rules: readonly PricingRuleInput[], explanation: ExplanationStep[]): void {
  const used = new Set(explanation.map(({ id }) => id));
  for (const { id, name } of rules) {
    if (!used.has(id)) explanation.push({ step: 'rule', id, name, before: 0, after: 0, skipped: 'NO_ELIGIBLE_ITEMS' });
  }
}

const appliesTo = (rule: PricingRuleInput, { goods, quantity }: RuledLine): boolean =>
  quantity >= rule.minQuantity && quantity <= (rule.maxQuantity ?? quantity) && isSelected(rule, goods);

/** Applies a rule; a reduction never makes a price negative. */
function priceAfter(action: RuleAction, price: number): number {
  if (action.kind === 'fixed-price') return action.price;
  if (action.kind === 'amount-off') return Math.max(0, price - action.amount);
  return price - percentOf(price, action.percent);
}
