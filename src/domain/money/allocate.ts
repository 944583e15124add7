import { minorUnits, sum } from './money.ts';

/**
 * Splits `total` in proportion to `weights` (whole, not negative) by the largest remainder. The parts add up to the
 * total, each is within one minor unit of its exact share, and ties go to the lower index. A negative total gives the
 * negated parts of its absolute value. Weights that are all zero share equally. Throws a RangeError when there are no
 * weights for a non-zero total.
 */
export function allocate(total: number, weights: readonly number[]): number[] {
  if (minorUnits(total) < 0) return allocate(-total, weights).map((part) => 0 - part);
  if (weights.some((weight) => minorUnits(weight) < 0)) throw new RangeError('A weight is negative');
  if (weights.length === 0 && total !== 0) throw new RangeError('No parts to allocate to');
  const shares = weights.every((weight) => weight === 0) ? weights.map(() => 1) : weights;
  const { parts, remainders } = floorShares(total, shares);
  const missing = total - sum(parts);
  const claimants = remainders.map((_, index) => index).sort((a, b) => descending(remainders, a, b) || a - b);
  for (const index of claimants.slice(0, missing)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}

/** Returns each share rounded down, and the remainder as a multiple of 1 / sum of weights. */
function floorShares(total: number, weights: readonly number[]): { parts: number[]; remainders: (number | bigint)[] } {
  const whole = weights.reduce((a, b) => a + b, 0);
  if (Number.isSafeInteger(total * whole)) {
    const remainders = weights.map((weight) => (total * weight) % whole);
    return { parts: weights.map((weight, i) => (total * weight - (remainders[i] ?? 0)) / whole), remainders };
  }
  const exactWhole = weights.reduce((a, b) => a + BigInt(b), 0n);
  const products = weights.map((weight) => BigInt(total) * BigInt(weight));
  return { parts: products.map((p) => Number(p / exactWhole)), remainders: products.map((p) => p % exactWhole) };
}

function descending(values: readonly (number | bigint)[], a: number, b: number): number {
  const left = values[a] ?? 0;
  const right = values[b] ?? 0;
  return left === right ? 0 : left > right ? -1 : 1;
}
