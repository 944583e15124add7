import { byPrecedence, closedBecause } from '../discounts/offer-precedence.ts';
import { isMeant } from '../discounts/target.ts';
import type { PricingRule, RuleAction } from '../inputs.ts';
import type { ExplanationStep } from '../output.ts';
import { percentOf } from '../percent.ts';

/** The rules that are open, in their order; why the others are not is explained. */
export function openRules(
  rules: readonly PricingRule[],
  when: { at: number; groups: ReadonlySet<string> },
  explanation: ExplanationStep[],
): PricingRule[] {
  return rules.toSorted(byPrecedence).filter(({ id, name, ...rule }) => {
    const skipped = closedBecause(rule, when);
    if (skipped) explanation.push({ step: 'rule', id, name, before: 0, after: 0, skipped });
    return skipped === null;
  });
}

interface RuledLine {
  goods: { variantId: string; productId: string; collectionIds: readonly string[] };
  quantity: number;
  index: number;
}

/** The unit price after every rule that is for this line, the highest priority first, up to a final one. */
export function ruledPrice(
  rules: readonly PricingRule[],
  { line, price }: { line: RuledLine; price: number },
  explanation: ExplanationStep[],
): number {
  let now = price;
  for (const rule of rules) {
    if (!isFor(rule, line)) continue;
    const after = priceAfter(rule.action, now);
    const { id, name, isFinal } = rule;
    const step = { step: 'rule', id, name, lineIndex: line.index, before: now, after } as const;
    explanation.push(isFinal ? { ...step, note: 'final' } : step);
    now = after;
    if (isFinal) break;
  }
  return now;
}

/** Explains, once for each, the rules that were for none of the lines. */
export function explainUnused(rules: readonly PricingRule[], explanation: ExplanationStep[]): void {
  const used = new Set(explanation.map(({ id }) => id));
  for (const { id, name } of rules) {
    if (!used.has(id)) explanation.push({ step: 'rule', id, name, before: 0, after: 0, skipped: 'NO_ELIGIBLE_ITEMS' });
  }
}

const isFor = (rule: PricingRule, { goods, quantity }: RuledLine): boolean =>
  quantity >= rule.minQuantity && quantity <= (rule.maxQuantity ?? quantity) && isMeant(rule, goods);

/** A rule never raises a price by taking off, and never takes it below zero. */
function priceAfter(action: RuleAction, price: number): number {
  if (action.kind === 'fixed-price') return action.price;
  if (action.kind === 'amount-off') return Math.max(0, price - action.amount);
  return price - percentOf(price, action.percent);
}
