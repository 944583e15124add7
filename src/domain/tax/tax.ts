import { minorUnits } from '../money/money.ts';
import { roundHalfUpDivide } from '../money/rounding.ts';

/**
 * One slab of a tax class: from the instant `validFrom` (ISO 8601), units worth at least `minUnitPrice` (minor units,
 * without tax, after discounts) are taxed at `percent`, a decimal like '18' or '0.25'. A slab ends one minor unit below
 * the next one: "not exceeding ₹2,500" is followed by a slab from ₹2,500.01.
 */
export interface TaxRate {
  readonly validFrom: string;
  readonly minUnitPrice: number;
  readonly percent: string;
}

export interface GstSplit {
  cgst: number;
  sgst: number;
  igst: number;
}

/** Equal units sold together for `amount` minor units, with or without tax. */
export interface UnitsSold {
  amount: number;
  quantity: number;
  isTaxInside: boolean;
}

/**
 * Returns the rate in force at `at` (ISO 8601) for units by their value without tax (CGST Act, s. 15(2)(a)). If the
 * amount includes tax, it is the first slab, from the lowest, that contains the value computed at its own rate; if no
 * slab qualifies, the first one that the value does not exceed. Nothing is rounded: a fraction of a paisa above a limit
 * exceeds it. Throws a RangeError when no slab covers the value.
 */
export function rateFor(rates: readonly TaxRate[], units: UnitsSold, at: string): string {
  const slabs = slabsAt(rates, at);
  const within = slabs.filter((slab, place) => {
    const next = slabs[place + 1];
    return !next || isWithin(units, { limit: next.minUnitPrice - 1, percent: slab.percent });
  });
  const isReached = ({ minUnitPrice, percent }: TaxRate) => !isWithin(units, { limit: minUnitPrice - 1, percent });
  const found = within.find(isReached) ?? within.find((slab) => slab !== slabs[0]);
  if (!found) throw new RangeError(`No tax rate for ${units.quantity} units at ${units.amount} at ${at}`);
  return plainPercent(found.percent);
}

/** Whether the value of one unit, at that rate, is at most the limit. */
function isWithin(
  { amount, quantity, isTaxInside }: UnitsSold,
  { limit, percent }: { limit: number; percent: string },
): boolean {
  if (!isTaxInside) return BigInt(amount) <= BigInt(limit) * BigInt(quantity);
  const { rate, hundred } = ratio(percent);
  return BigInt(amount) * hundred <= BigInt(limit) * BigInt(quantity) * (hundred + rate);
}

/** Returns the slabs in force, from the lowest. Slabs of a newer date replace all slabs of an older one. */
export function slabsAt(rates: readonly TaxRate[], at: string): TaxRate[] {
  const now = instant(at);
  const started = rates.map((rate) => ({ from: instant(rate.validFrom), rate })).filter(({ from }) => from <= now);
  const latest = started.reduce((newest, { from }) => Math.max(newest, from), Number.NEGATIVE_INFINITY);
  const slabs = started.filter(({ from }) => from === latest).map(({ rate }) => rate);
  return slabs.sort((a, b) => a.minUnitPrice - b.minUnitPrice);
}

function instant(iso: string): number {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) throw new RangeError(`Not an instant: ${iso}`);
  return time;
}

/** Removes superfluous zeros, so that equal rates are equal texts: '18.0000' → '18'. Throws on a non-decimal. */
export function plainPercent(percent: string): string {
  const [, whole = '', fraction = ''] = DECIMAL.exec(percent) ?? [];
  if (whole === '') throw new RangeError(`Not a percent: ${percent}`);
  const digits = fraction.replace(/(?<!0)0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '')}${digits === '' ? '' : `.${digits}`}`;
}

/** Returns the rate with its instant in UTC and a plain percent, so that equal rates are equal texts. */
export const plainRate = ({ validFrom, minUnitPrice, percent }: TaxRate): TaxRate => ({
  validFrom: new Date(validFrom).toISOString(),
  minUnitPrice,
  percent: plainPercent(percent),
});

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** Returns the highest of plain percents; '0' if there are none. */
export const highestRate = (percents: readonly string[]): string =>
  percents.reduce((highest, percent) => (compareRates(percent, highest) > 0 ? percent : highest), '0');

/** Compares percents exactly, for an ascending order. */
export function compareRates(one: string, other: string): number {
  const [a, b] = [ratio(one), ratio(other)];
  const [left, right] = [a.rate * b.hundred, b.rate * a.hundred];
  return left < right ? -1 : Number(left > right);
}

/** Returns the tax inside an amount: round_half_up(amount × rate / (100 + rate)). */
export function inclusiveTax(amount: number, percent: string): number {
  const { rate, hundred } = ratio(percent);
  return share(amount, rate, hundred + rate);
}

/** Returns the tax on top of an amount: round_half_up(amount × rate / 100). */
export function exclusiveTax(amount: number, percent: string): number {
  const { rate, hundred } = ratio(percent);
  return share(amount, rate, hundred);
}

/**
 * Returns the tax of an amount, inside it or on top. Within one state the union (CGST) and the state (SGST; UTGST in a
 * union territory) levy the same rate on the same value (CGST Act, s. 9; SGST Acts, s. 9), so each half is rounded and
 * both are equal. Between states, and abroad, all of it is IGST, rounded once (IGST Act, s. 5).
 */
export function gstOn(
  amount: number,
  percent: string,
  { isTaxInside, isWithinState }: { isTaxInside: boolean; isWithinState: boolean },
): GstSplit {
  if (minorUnits(amount) < 0) throw new RangeError(`Negative amount: ${amount}`);
  if (!isWithinState) {
    return { cgst: 0, sgst: 0, igst: isTaxInside ? inclusiveTax(amount, percent) : exclusiveTax(amount, percent) };
  }
  const { rate, hundred } = ratio(percent);
  const half = share(amount, rate, 2n * (isTaxInside ? hundred + rate : hundred));
  return { cgst: half, sgst: half, igst: 0 };
}

/** Returns the percent and 100 as whole numbers, in units of the percent's last decimal place. */
function ratio(percent: string): { rate: bigint; hundred: bigint } {
  const [whole = '', fraction = ''] = plainPercent(percent).split('.');
  return { rate: BigInt(whole + fraction), hundred: 100n * 10n ** BigInt(fraction.length) };
}

function share(amount: number, part: bigint, whole: bigint): number {
  return roundHalfUpDivide(BigInt(minorUnits(amount)) * part, whole);
}
