import type { PricingInputs } from '../../../src/domain/pricing/inputs.ts';
import type { GstSplit, TaxRate } from '../../../src/domain/tax/tax.ts';

/*
 * The taxes of a cart once more, slow and obvious: everything is a fraction of whole numbers, every slab is tried, paise
 * are handed out one by one. It shares nothing with the engine but the words.
 */

/** A line as it is taxed; `amount` is what is charged for it. */
export interface OracleLine {
  variantId: string;
  setId?: string;
  quantity: number;
  lineTotal: number;
  amount: number;
  taxRates: readonly TaxRate[];
  /** Which of the bundles it is in. */
  bundle?: number | undefined;
}

export interface OracleTax extends GstSplit {
  ratePercent: string;
  paid: number;
}

export interface OracleBill {
  lines: OracleTax[];
  /** By rate. */
  delivery: OracleTax[];
  total: number;
}

/** What is paid and taxed for these lines and for a delivery that `charged` paise are asked for. */
export function oracleBill(inputs: PricingInputs, lines: readonly OracleLine[], charged: number): OracleBill {
  const rates = ratesOf(inputs, lines);
  const taxed = lines.map(({ amount }, place) => taxOn(inputs, amount, rates[place] ?? ''));
  const parts = deliveryOf(inputs, { lines, rates, charged }).filter(({ amount }) => amount > 0);
  const delivery = [...new Set(parts.map(({ rate }) => rate))]
    .sort((a, b) => Number(a) - Number(b))
    .map((rate) => sumOf(parts.filter((part) => part.rate === rate).map(({ amount }) => taxOn(inputs, amount, rate))));
  return { lines: taxed, delivery, total: [...taxed, ...delivery].reduce((total, { paid }) => total + paid, 0) };
}

/** 10⁴ times a percent. */
const scaled = (percent: string): bigint => {
  const [whole = '0', fraction = ''] = percent.split('.');
  return BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, '0'));
};
const HUNDRED = 1_000_000n;
const plain = (percent: string): string => (percent.includes('.') ? percent.replace(/\.?0+$/, '') : percent);

const halfUp = (part: bigint, whole: bigint): number => Number((2n * part + whole) / (2n * whole));

function taxOn(inputs: PricingInputs, amount: number, ratePercent: string): OracleTax {
  const rate = scaled(ratePercent);
  const whole = inputs.pricesIncludeTax ? HUNDRED + rate : HUNDRED;
  const isWithinState = inputs.placeOfSupply === null || inputs.placeOfSupply === inputs.sellerState;
  const half = isWithinState ? halfUp(BigInt(amount) * rate, 2n * whole) : 0;
  const igst = isWithinState ? 0 : halfUp(BigInt(amount) * rate, whole);
  const paid = inputs.pricesIncludeTax ? amount : amount + 2 * half + igst;
  return { ratePercent, paid, cgst: half, sgst: half, igst };
}

function sumOf(parts: readonly OracleTax[]): OracleTax {
  const [first] = parts;
  const total = (field: 'paid' | 'cgst' | 'sgst' | 'igst') => parts.reduce((sum, part) => sum + part[field], 0);
  const split = { cgst: total('cgst'), sgst: total('sgst'), igst: total('igst') };
  return { ratePercent: first?.ratePercent ?? '', paid: total('paid'), ...split };
}

function ratesOf(inputs: PricingInputs, lines: readonly OracleLine[]): string[] {
  const alone = lines.map((line) => ownRate(inputs, line));
  return lines.map(({ bundle }, place) => {
    const pricing = bundle === undefined ? undefined : inputs.bundles[bundle]?.pricing;
    if (pricing?.kind !== 'fixed' || pricing.separatelyPriced === true) return alone[place] ?? '';
    return highest(alone.filter((_, other) => lines[other]?.bundle === bundle));
  });
}

const highest = (percents: readonly string[]): string =>
  [...percents].sort((a, b) => Number(scaled(b) - scaled(a)))[0] ?? '0';

/** The first slab, from the lowest, that the value at its own rate does not exceed. */
function ownRate(
  inputs: PricingInputs,
  { taxRates, amount, quantity }: Pick<OracleLine, 'taxRates' | 'amount' | 'quantity'>,
) {
  const started = taxRates.filter(({ validFrom }) => new Date(validFrom) <= new Date(inputs.at));
  const newest = Math.max(...started.map(({ validFrom }) => new Date(validFrom).getTime()));
  const slabs = started
    .filter(({ validFrom }) => new Date(validFrom).getTime() === newest)
    .sort((a, b) => a.minUnitPrice - b.minUnitPrice);
  for (const [place, { percent }] of slabs.entries()) {
    const next = slabs[place + 1];
    if (!next) return plain(percent);
    const whole = inputs.pricesIncludeTax ? HUNDRED + scaled(percent) : HUNDRED;
    // amount / quantity × 100 / (100 + rate) ≤ limit
    if (BigInt(amount) * HUNDRED <= BigInt(next.minUnitPrice - 1) * BigInt(quantity) * whole) return plain(percent);
  }
  throw new Error('a class without rates');
}

interface ToDeliver {
  lines: readonly OracleLine[];
  rates: readonly string[];
  charged: number;
}

function deliveryOf(inputs: PricingInputs, { lines, rates, charged }: ToDeliver): { amount: number; rate: string }[] {
  if (inputs.shippingTax === 'own') {
    const taxRates = inputs.shipping?.taxRates ?? [];
    return charged > 0 ? [{ amount: charged, rate: ownRate(inputs, { taxRates, amount: charged, quantity: 1 }) }] : [];
  }
  const worth = lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  if (inputs.shippingTax === 'highest' || worth === 0n) return [{ amount: charged, rate: highest(rates) }];
  const parts = lines.map((line, place) => {
    const exact = BigInt(charged) * BigInt(line.amount);
    return { name: nameOf(line), rate: rates[place] ?? '', amount: Number(exact / worth), rest: exact % worth };
  });
  // One paisa each to whom most is owed; who is owed the same is served by name.
  const claimants = parts
    .filter(({ rest }) => rest > 0n)
    .sort((a, b) => Number(b.rest > a.rest) - Number(a.rest > b.rest) || (a.name < b.name ? -1 : 1));
  let left = charged - parts.reduce((sum, { amount }) => sum + amount, 0);
  for (const part of claimants) {
    if (left === 0) break;
    part.amount += 1;
    left -= 1;
  }
  return parts;
}

const nameOf = ({ variantId, bundle, setId = '', quantity, lineTotal }: OracleLine): string =>
  `${variantId} ${bundle === undefined ? '' : 'b'} ${setId} ${quantity} ${lineTotal}`;
