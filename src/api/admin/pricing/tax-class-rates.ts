import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { plainPercent, type TaxRate } from '../../../domain/tax/tax.ts';
import { ratesOf } from '../../../entities/catalogue/tax-rates.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { paise } from '../../fields/amounts.ts';
import { name, refuseContradictions } from './conditions.ts';

export const code = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens between')
  .max(60);

export const rateSchema = z
  .strictObject({
    validFrom: z.iso
      .datetime({ offset: true })
      .meta({ description: 'The slabs of one instant replace all before it.' }),
    minUnitPrice: paise.meta({
      description:
        'Paise. From this value of a unit on: without tax, after discounts. "Not exceeding ₹2,500" is followed by a slab from 250001.',
    }),
    percent: z.string().regex(/^\d{1,3}(\.\d{1,4})?$/, 'must be a percent like "18" or "0.25"'),
  })
  .meta({ id: 'TaxRate' });

export const classSchema = z
  .object({ code, name, rates: z.array(rateSchema), version: z.int() })
  .meta({ id: 'TaxClass', description: 'A kind of goods, and how it is taxed over time.' });
type TaxClass = z.infer<typeof classSchema>;

const SELECT = `select code, name, version, coalesce(${ratesOf('c.code')}, '[]') as rates from tax_classes c`;

/** Every tax class, by code. */
export const readClasses = async (query: ApiDeps['db']['query']): Promise<TaxClass[]> =>
  (await query<TaxClass>(`${SELECT} order by code`)).map(plain);

/** @throws TAX_CLASS_NOT_FOUND */
export async function readClass(query: ApiDeps['db']['query'], id: string): Promise<TaxClass> {
  const [row] = await query<TaxClass>(`${SELECT} where code = $1`, [id]);
  if (!row) throw refused('TAX_CLASS_NOT_FOUND', { code: id });
  return plain(row);
}

const plain = ({ rates, ...row }: TaxClass): TaxClass => ({ ...row, rates: rates.map(plainRate) });
const plainRate = ({ validFrom, minUnitPrice, percent }: TaxRate): TaxRate => ({
  validFrom: new Date(validFrom).toISOString(),
  minUnitPrice,
  percent: plainPercent(percent),
});

/** Each date needs a slab from 0 on, or a cheap unit has no rate. @throws CONTRADICTION */
export function refuseGaps(rates: readonly TaxRate[]): void {
  const plainRates = rates.map(plainRate);
  const byDate = Map.groupBy(plainRates, ({ validFrom }) => validFrom);
  const problems = [...byDate].flatMap(([validFrom, slabs]) => {
    const floors = slabs.map(({ minUnitPrice }) => minUnitPrice);
    const where = `rates from ${validFrom}`;
    const gap = { where, problem: 'none begins at a unit price of 0', expected: 'a slab with minUnitPrice 0' };
    const double = { where, problem: 'two begin at the same price', expected: 'each minUnitPrice once' };
    return [...(floors.includes(0) ? [] : [gap]), ...(new Set(floors).size < floors.length ? [double] : [])];
  });
  refuseContradictions(problems);
}

/** @throws CONTRADICTION naming the rates that have applied and would be lost or changed, or made up afterwards */
export async function replaceRates(
  tx: Tx,
  { code: id, rates: before }: TaxClass,
  rates: readonly TaxRate[],
): Promise<void> {
  refuseGaps(rates);
  const past = (list: readonly TaxRate[]) =>
    list.filter(({ validFrom }) => new Date(validFrom) <= tx.now).map((rate) => JSON.stringify(plainRate(rate)));
  const [had, has] = [past(before), past(rates)];
  const changed = [...had.filter((rate) => !has.includes(rate)), ...has.filter((rate) => !had.includes(rate))];
  refuseContradictions(
    changed.map((rate) => ({
      where: 'rates',
      problem: `has applied already: ${rate}`,
      expected: 'rates of the past as they are',
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
