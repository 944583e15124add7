import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { refuseContradictions } from '../../../domain/pricing/contradictions/contradiction.ts';
import { plainPercent, type TaxRate } from '../../../domain/tax/tax.ts';
import { ratesOf } from '../../../entities/catalogue/tax-rates.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { paise } from '../../fields/amounts.ts';
import { name } from './conditions.ts';

export const code = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens between')
  .max(60);

export const rateSchema = z
  .strictObject({
    validFrom: z.iso
      .datetime({ offset: true })
      .meta({ description: 'When the rate takes effect. The slabs with this time replace all earlier slabs.' }),
    minUnitPrice: paise.meta({
      description:
        'Lowest unit value of the slab in paise, without tax and after discounts. Example: after a slab "not exceeding ₹2,500", the next slab begins at 250001.',
    }),
    percent: z.string().regex(/^\d{1,3}(\.\d{1,4})?$/, 'must be a percent like "18" or "0.25"'),
  })
  .meta({ id: 'TaxRate' });

export const classSchema = z
  .object({ code, name, rates: z.array(rateSchema), version: z.int() })
  .meta({ id: 'TaxClass', description: 'A class of goods with its tax rates over time.' });
type TaxClass = z.infer<typeof classSchema>;

const SELECT = `select code, name, version, coalesce(${ratesOf('c.code')}, '[]') as rates from tax_classes c`;

/** Reads all tax classes, by code. */
export const readClasses = async (query: ApiDeps['db']['query']): Promise<TaxClass[]> =>
  (await query<TaxClass>(`${SELECT} order by code`)).map(normaliseClass);

/** @throws TAX_CLASS_NOT_FOUND */
export async function readClass(query: ApiDeps['db']['query'], id: string): Promise<TaxClass> {
  const [row] = await query<TaxClass>(`${SELECT} where code = $1`, [id]);
  if (!row) throw refused('TAX_CLASS_NOT_FOUND', { code: id });
  return normaliseClass(row);
}

const normaliseClass = ({ rates, ...row }: TaxClass): TaxClass => ({ ...row, rates: rates.map(normaliseRate) });
const normaliseRate = ({ validFrom, minUnitPrice, percent }: TaxRate): TaxRate => ({
  validFrom: new Date(validFrom).toISOString(),
  minUnitPrice,
  percent: plainPercent(percent),
});

/** Requires a slab from 0 for each date, so that every unit has a rate. @throws CONTRADICTION */
export function refuseGaps(rates: readonly TaxRate[]): void {
  const normalised = rates.map(normaliseRate);
  const byDate = Map.groupBy(normalised, ({ validFrom }) => validFrom);
  const problems = [...byDate].flatMap(([validFrom, slabs]) => {
    const floors = slabs.map(({ minUnitPrice }) => minUnitPrice);
    const where = `rates from ${validFrom}`;
    const gap = { where, problem: 'no slab begins at a unit price of 0', expected: 'a slab with minUnitPrice 0' };
    const duplicate = {
      where,
      problem: 'two slabs have the same minUnitPrice',
      expected: 'one slab for each minUnitPrice',
    };
    return [...(floors.includes(0) ? [] : [gap]), ...(new Set(floors).size < floors.length ? [duplicate] : [])];
  });
  refuseContradictions(problems);
}

/** Replaces the rates; rates in the past cannot be added, changed or removed. @throws CONTRADICTION naming them */
export async function replaceRates(
  tx: Tx,
  { code: id, rates: before }: TaxClass,
  rates: readonly TaxRate[],
): Promise<void> {
  refuseGaps(rates);
  const past = (list: readonly TaxRate[]) =>
    list.filter(({ validFrom }) => new Date(validFrom) <= tx.now).map((rate) => JSON.stringify(normaliseRate(rate)));
  const [oldRates, newRates] = [past(before), past(rates)];
  const changed = [
    ...oldRates.filter((rate) => !newRates.includes(rate)),
    ...newRates.filter((rate) => !oldRates.includes(rate)),
  ];
  refuseContradictions(
    changed.map((rate) => ({
      where: 'rates',
      problem: `already in effect: ${rate}`,
      expected: 'unchanged rates of the past',
    })),
  );
  await tx.query(`delete from tax_rates where tax_class = $1`, [id]);
  await insertRates(tx, id, rates);
}

export const insertRates = (tx: Tx, id: string, rates: readonly TaxRate[]): Promise<object[]> =>
  tx.query(
    `insert into tax_rates (tax_class, valid_from, min_unit_price, percent)
      select $1, * from unnest($2::timestamptz[], $3::bigint[], $4::numeric[])`,
    [
      id,
      rates.map((rate) => rate.validFrom),
      rates.map((rate) => rate.minUnitPrice),
      rates.map((rate) => rate.percent),
    ],
  );
