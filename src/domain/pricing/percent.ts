import { roundHalfUpDivide } from '../money/rounding.ts';

/** Returns `percent` (at most two decimals) of the part `units / of` of an amount, rounded half up once. */
export function percentOf(amount: number, percent: number, { units, of } = { units: 1, of: 1 }): number {
  const part = Math.round(percent * 100) * units;
  const whole = 10_000 * of;
  const product = amount * part;
  if (Number.isSafeInteger(product)) return roundHalfUpDivide(product, whole);
  return roundHalfUpDivide(BigInt(amount) * BigInt(part), whole);
}
