/** The largest amount in paise that staff and clients can set: ten billion rupees. Sums of such amounts stay exact. */
export const MAX_PAISE = 1_000_000_000_000;

/** The largest exact amount: 2^53 − 1 minor units. */
export const MOST_EXACT = Number.MAX_SAFE_INTEGER;

/** Thrown for an amount of 2^53 minor units or more, which is no longer exact. */
export class AmountTooLarge extends RangeError {}

/** Returns `value` if it is a whole number of minor units below 2^53; throws a RangeError otherwise. */
export function minorUnits(value: number): number {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new AmountTooLarge(`Beyond 2^53: ${value}`);
  if (!Number.isSafeInteger(value)) throw new RangeError(`Not a whole number of minor units: ${value}`);
  return value + 0; // -0 does not survive JSON
}

/** The exact product of two whole numbers; throws a RangeError when it passes 2^53. */
export function times(a: number, b: number): number {
  return minorUnits(minorUnits(a) * minorUnits(b));
}

/** The exact sum of whole numbers; throws a RangeError when it passes 2^53. */
export function sum(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) total = minorUnits(total + minorUnits(amount));
  return total;
}

/** Formats paise as rupees with Indian grouping: 12345678 → ₹1,23,456.78. */
export function formatInr(paise: number): string {
  const magnitude = Math.abs(minorUnits(paise));
  const rupees = (magnitude - (magnitude % 100)) / 100;
  return `${paise < 0 ? '-' : ''}₹${INDIAN_GROUPING.format(rupees)}.${String(magnitude % 100).padStart(2, '0')}`;
}

const INDIAN_GROUPING = new Intl.NumberFormat('en-IN');
