import { plainRate, type TaxRate } from '../../tax/tax.ts';
import { type Contradiction, collect, contradictionIf } from './contradiction.ts';

/** Finds dates without a slab from 0, on which a unit could have no rate, and slabs that begin at one price. */
export function rateGaps(rates: readonly TaxRate[]): Contradiction[] {
  const byDate = Map.groupBy(rates.map(plainRate), ({ validFrom }) => validFrom);
  return [...byDate].flatMap(([validFrom, slabs]) => {
    const floors = slabs.map(({ minUnitPrice }) => minUnitPrice);
    const where = `rates from ${validFrom}`;
    const isRepeated = new Set(floors).size < floors.length;
    return collect([
      contradictionIf(!floors.includes(0), where, 'no slab begins at a unit price of 0', 'a slab with minUnitPrice 0'),
      contradictionIf(isRepeated, where, 'two slabs have the same minUnitPrice', 'one slab for each minUnitPrice'),
    ]);
  });
}

/** Finds rates in effect at `now` that were added, changed or removed. */
export function changedPastRates(before: readonly TaxRate[], after: readonly TaxRate[], now: Date): Contradiction[] {
  const past = (rates: readonly TaxRate[]) =>
    rates.filter(({ validFrom }) => new Date(validFrom) <= now).map((rate) => JSON.stringify(plainRate(rate)));
  const [old, current] = [past(before), past(after)];
  const changed = [...old.filter((rate) => !current.includes(rate)), ...current.filter((rate) => !old.includes(rate))];
  return changed.map((rate) => ({
    where: 'rates',
    problem: `already in effect: ${rate}`,
    expected: 'unchanged rates of the past',
  }));
}
