import { allocate } from '../../money/allocate.ts';
import { sum } from '../../money/money.ts';
import type { Reduction } from '../inputs.ts';
import { percentOf } from '../percent.ts';
import type { Candidate } from './eligibility.ts';
import type { FreeUnits } from './free-units.ts';

/** What is left to pay: of each line, and for the delivery. */
export interface Left {
  lines: readonly number[];
  shipping: number;
}

export const totalOf = ({ lines, shipping }: Left): number => lines.reduce((total, line) => total + line, shipping);

/** What is left after a discount; `quantities` are those of the lines. Nothing ever goes below zero. */
export function take({ effect, places }: Candidate, left: Left, quantities: readonly number[]): Left {
  if (effect.kind === 'waive-shipping') return { ...left, shipping: 0 };
  const rest = places.map((place) => left.lines[place] ?? 0);
  const lines = [...left.lines];
  const off =
    effect.kind === 'reduce'
      ? spread(effect.reduction, rest)
      : places.map((place, index) => {
          const amount = rest[index] ?? 0;
          const quantity = quantities[place] ?? 1;
          if (effect.kind === 'off-each-unit') return Math.min(effect.amount * quantity, amount);
          return worthOf(effect.free[index], { amount, quantity, percent: effect.percent });
        });
  for (const [index, place] of places.entries()) lines[place] = (rest[index] ?? 0) - (off[index] ?? 0);
  return { ...left, lines };
}

/** One amount off several lines, in proportion to what is left of them. */
function spread(reduction: Reduction, rest: readonly number[]): number[] {
  const whole = sum(rest);
  return allocate(Math.min(amountOf(reduction, whole), whole), rest);
}

function amountOf(reduction: Reduction, whole: number): number {
  if (reduction.kind === 'amount') return reduction.amount;
  return Math.min(percentOf(whole, reduction.percent), reduction.cap ?? whole);
}

/** The percentage of what is left of the given units; those of one line are worth the same. */
const worthOf = (free: FreeUnits | undefined, of: { amount: number; quantity: number; percent: number }): number =>
  percentOf(of.amount, of.percent, { units: free?.units ?? 0, of: of.quantity });
