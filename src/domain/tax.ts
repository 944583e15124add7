import { indianSubdivision } from './india.ts';
import { minorUnits } from './money.ts';
import { roundHalfUpDivide } from './rounding.ts';

/**
 * One slab of a tax class: from the instant `validFrom` (ISO 8601) on, unit prices of at least `minUnitPrice` (minor
 * units, as the shop states its prices) are taxed at `percent`, a decimal like '18' or '0.25'.
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

/**
 * The percent in force at the instant `at` (ISO 8601) for this unit price. The slabs of one date stand or fall
 * together: a newer date replaces the older slabs as a whole. Throws a RangeError when no slab covers the price.
 */
export function rateFor(rates: readonly TaxRate[], unitPrice: number, at: string): string {
  const now = instant(at);
  let best: { from: number; rate: TaxRate } | undefined;
  const started = rates.map((rate) => ({ from: instant(rate.validFrom), rate })).filter(({ from }) => from <= now);
  const latest = started.reduce((newest, { from }) => Math.max(newest, from), Number.NEGATIVE_INFINITY);
  for (const slab of started) {
    if (slab.from !== latest || slab.rate.minUnitPrice > unitPrice) continue;
    if (best === undefined || slab.rate.minUnitPrice > best.rate.minUnitPrice) best = slab;
  }
  if (best === undefined) throw new RangeError(`No tax rate for a unit price of ${unitPrice} at ${at}`);
  return plainPercent(best.rate.percent);
}

function instant(iso: string): number {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) throw new RangeError(`Not an instant: ${iso}`);
  return time;
}

/** A percent without idle zeros, so that equal rates are equal texts: '18.0000' → '18'. Throws on a non-decimal. */
export function plainPercent(percent: string): string {
  const [, whole = '', fraction = ''] = DECIMAL.exec(percent) ?? [];
  if (whole === '') throw new RangeError(`Not a percent: ${percent}`);
  const digits = fraction.replace(/(?<!0)0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '')}${digits === '' ? '' : `.${digits}`}`;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** The tax inside an amount: round_half_up(amount × rate / (100 + rate)). */
export function inclusiveTax(amount: number, percent: string): number {
  const { rate, hundred } = ratio(percent);
  return share(amount, rate, hundred + rate);
}

/** The tax on top of an amount: round_half_up(amount × rate / 100). */
export function exclusiveTax(amount: number, percent: string): number {
  const { rate, hundred } = ratio(percent);
  return share(amount, rate, hundred);
}

/** The percent and 100, both in units of the percent's last decimal place: whole numbers, exact. */
function ratio(percent: string): { rate: bigint; hundred: bigint } {
  const [whole = '', fraction = ''] = plainPercent(percent).split('.');
  return { rate: BigInt(whole + fraction), hundred: 100n * 10n ** BigInt(fraction.length) };
}

function share(amount: number, part: bigint, whole: bigint): number {
  return roundHalfUpDivide(BigInt(minorUnits(amount)) * part, whole);
}

/**
 * Who gets the tax: within one state the union (CGST) and the state (SGST; UTGST in a union territory) get half each,
 * an odd paisa goes to CGST; between states, and abroad, all of it is IGST. States are ISO 3166-2 codes.
 */
export function splitGst(tax: number, sellerState: string, placeOfSupply: string): GstSplit {
  if (minorUnits(tax) < 0) throw new RangeError(`Negative tax: ${tax}`);
  if (canonical(sellerState) !== canonical(placeOfSupply)) return { cgst: 0, sgst: 0, igst: tax };
  const sgst = (tax - (tax % 2)) / 2;
  return { cgst: tax - sgst, sgst, igst: 0 };
}

function canonical(state: string): string {
  return indianSubdivision(state)?.code ?? state;
}
