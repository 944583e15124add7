import { minorUnits } from './money.ts';

/**
 * Returns `numerator / denominator`, rounded exactly to the nearest whole number. Halves are rounded away from zero, so
 * a refund mirrors its sale. Throws a RangeError unless the denominator is positive and the result below 2^53.
 */
export function roundHalfUpDivide(numerator: number | bigint, denominator: number | bigint): number {
  if (denominator <= 0) throw new RangeError(`Not a positive denominator: ${denominator}`);
  if (typeof numerator === 'number' && typeof denominator === 'number') {
    if (Number.isSafeInteger(numerator) && Number.isSafeInteger(denominator)) return divide(numerator, denominator);
  }
  return divideExactly(BigInt(numerator), BigInt(denominator));
}

function divide(numerator: number, denominator: number): number {
  const magnitude = Math.abs(numerator);
  const remainder = magnitude % denominator;
  const quotient = (magnitude - remainder) / denominator + (remainder * 2 >= denominator ? 1 : 0);
  return numerator < 0 ? 0 - quotient : quotient;
}

function divideExactly(numerator: bigint, denominator: bigint): number {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const quotient = (magnitude * 2n + denominator) / (denominator * 2n);
  return minorUnits(Number(numerator < 0n ? -quotient : quotient));
}
