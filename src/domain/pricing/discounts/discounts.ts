import type { DraftLine, OfferContext } from '../draft.ts';
import type { DiscountInput } from '../inputs.ts';
import type { AppliedDiscount, ExplanationStep, RefusedCode } from '../output.ts';
import type { ChooseDiscounts } from './choice.ts';
import { type Candidate, cartOf, type DiscountRefusal, judge } from './eligibility.ts';
import { byPrecedence } from './offer-precedence.ts';
import { type Left, take, totalOf } from './take.ts';

export interface Discounted {
  /** The discount of each line, by its index. */
  off: ReadonlyMap<number, number>;
  offShipping: number;
  applied: AppliedDiscount[];
  refusals: RefusedCode[];
}

interface Discountable {
  lines: readonly DraftLine[];
  /** The price of the delivery. */
  shipping: number;
  when: OfferContext & { isFirstOrder: boolean };
  choose: ChooseDiscounts;
  /** Returns a function that computes what the customer pays for the remaining amounts. */
  costs(lines: readonly DraftLine[]): (left: Left) => number;
}

/** Judges every discount and applies the combination that is best for the customer. */
export function discountCart(
  discounts: readonly DiscountInput[],
  from: Discountable,
  explanation: ExplanationStep[],
): Discounted {
  const cart = cartOf(from.lines, from.when);
  const start: Left = { lines: cart.lines.map(({ lineTotal }) => lineTotal), shipping: from.shipping };
  const quantities = cart.lines.map(({ quantity }) => quantity);
  const { candidates, refusals } = judgeAll(discounts, (discount) => judge(discount, cart));
  const before = totalOf(start);
  const effective = candidates.filter((one) => totalOf(take(one, start, quantities)) < before);
  const chosen = from.choose(effective, { start, quantities, costOf: from.costs(cart.lines) });
  for (const candidate of candidates) {
    const { discount } = candidate;
    if (!effective.includes(candidate)) refusals.push({ discount, reason: 'NO_EFFECT', details: {} });
    else if (!chosen.includes(candidate)) refusals.push({ discount, reason: 'BETTER_DISCOUNT_APPLIED', details: {} });
  }
  let left = start;
  const applied = chosen.map((candidate): AppliedDiscount => {
    const next = take(candidate, left, quantities);
    const { id, name, code } = candidate.discount;
    const amount = totalOf(left) - totalOf(next);
    explainApplied(candidate, { lines: cart.lines, left, next }, explanation);
    left = next;
    return { id, name, code, amount };
  });
  explainRefused(refusals, explanation);
  const off = new Map(
    cart.lines.map((line, place) => [line.index, line.lineTotal - (left.lines[place] ?? line.lineTotal)]),
  );
  return { off, offShipping: from.shipping - left.shipping, applied, refusals: codesOf(refusals) };
}

function judgeAll(
  discounts: readonly DiscountInput[],
  verdictOn: (discount: DiscountInput) => Candidate | DiscountRefusal,
) {
  const candidates: Candidate[] = [];
  const refusals: DiscountRefusal[] = [];
  for (const discount of discounts.toSorted(byPrecedence)) {
    const verdict = verdictOn(discount);
    if ('reason' in verdict) refusals.push(verdict);
    else candidates.push(verdict);
  }
  return { candidates, refusals };
}

function explainApplied(
  { discount: { id, name } }: Candidate,
  { lines, left, next }: { lines: readonly DraftLine[]; left: Left; next: Left },
  explanation: ExplanationStep[],
): void {
  explanation.push({ step: 'discount', id, name, before: totalOf(left), after: totalOf(next) });
  for (const [place, { index: lineIndex }] of lines.entries()) {
    const [before, after] = [left.lines[place] ?? 0, next.lines[place] ?? 0];
    if (before !== after) explanation.push({ step: 'discount', id, name, lineIndex, before, after });
  }
}

function explainRefused(refusals: readonly DiscountRefusal[], explanation: ExplanationStep[]): void {
  for (const { discount, reason: skipped } of refusals) {
    explanation.push({ step: 'discount', id: discount.id, name: discount.name, before: 0, after: 0, skipped });
  }
}

const codesOf = (refusals: readonly DiscountRefusal[]): RefusedCode[] =>
  refusals.flatMap(({ discount: { id, code }, reason, details }) =>
    code === null ? [] : [{ id, code, reason, details }],
  );
