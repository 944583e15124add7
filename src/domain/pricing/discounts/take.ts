import { allocate } from '../../money/allocate.ts';
import { sum } from '../../money/money.ts';
import type { Reduction } from '../inputs.ts';
import { percentOf } from '../percent.ts';
import type { Candidate } from './eligibility.ts';
import type { FreeUnits } from './free-units.ts';

/** The remaining amounts to pay, of each line and of the delivery. */
export interface Left {
  lines: readonly number[];
  shipping: number;
}

export const totalOf = ({ lines, shipping }: Left): number => lines.reduce((total, line) => total + line, shipping);

/** Applies a discount and returns the remaining amounts, never below zero; `quantities` are those of the lines. */
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
          return freeUnitsValue(effect.free[index], { amount, quantity, percent: effect.percent });
        });
  for (const [index, place] of places.entries()) lines[place] = (rest[index] ?? 0) - (off[index] ?? 0);
  return { ...left, lines };
}

/** Spreads one reduction over several lines, in proportion to their remaining amounts. */
function spread(reduction: Reduction, rest: readonly number[]): number[] {
  const whole = sum(rest);
  return allocate(Math.min(amountOf(reduction, whole), whole), rest);
}

function amountOf(reduction: Reduction, whole: number): number {
  if (reduction.kind === 'amount') return reduction.amount;
  return Math.min(percentOf(whole, reduction.percent), reduction.cap ?? whole);
}

/** Returns the percentage of the remaining amount of the given units; all units of a line have the same value. */
const freeUnitsValue = (
  free: FreeUnits | undefined,
  of: { amount: number; quantity: number; percent: number },
): number => percentOf(of.amount, of.percent, { units: free?.units ?? 0, of: of.quantity });
