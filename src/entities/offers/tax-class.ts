import { refused } from '../../domain/errors.ts';
import { refuseContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import { changedPastRates, rateGaps } from '../../domain/pricing/contradictions/tax-rates.ts';
import type { TaxClass } from '../../domain/tax/gst-classes.ts';
import { plainRate, type TaxRate } from '../../domain/tax/tax.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { ratesOf } from '../catalogue/tax-rates.ts';

/**
 * A class of goods with its rates over time. It is not mapped: its key is the code, and a change of its rates alone raises
 * its version.
 */
export interface StoredTaxClass extends TaxClass {
  version: number;
}

const SELECT = `select code, name, version, coalesce(${ratesOf('c.code')}, '[]') as rates from tax_classes c`;

/** Reads all tax classes, by code. */
export const readTaxClasses = async (query: Query): Promise<StoredTaxClass[]> =>
  (await query<StoredTaxClass>(`${SELECT} order by code`, [])).map(withPlainRates);

/** @throws TAX_CLASS_NOT_FOUND */
export async function readTaxClass(query: Query, code: string): Promise<StoredTaxClass> {
  const [row] = await query<StoredTaxClass>(`${SELECT} where code = $1`, [code]);
  if (!row) throw refused('TAX_CLASS_NOT_FOUND', { code });
  return withPlainRates(row);
}

const withPlainRates = (row: StoredTaxClass): StoredTaxClass => ({ ...row, rates: row.rates.map(plainRate) });

/** Locks a tax class for a change or the removal. @throws TAX_CLASS_NOT_FOUND */
export async function lockTaxClass(tx: Tx, code: string): Promise<StoredTaxClass> {
  await tx.query(`select 1 from tax_classes where code = $1 for update`, [code]);
  return readTaxClass(tx.query, code);
}

/** @throws CONTRADICTION; a violation of the key for a code that is taken */
export async function createTaxClass(tx: Tx, { code, name, rates }: TaxClass): Promise<void> {
  refuseContradictions(rateGaps(rates));
  await tx.query(`insert into tax_classes (code, name) values ($1, $2)`, [code, name]);
  await insertRates(tx, code, rates);
}

/** Changes a locked tax class; `rates` replace all rates, except those in effect. @throws CONTRADICTION */
export async function changeTaxClass(
  tx: Tx,
  { code, name, rates: before }: StoredTaxClass,
  change: Partial<Pick<TaxClass, 'name' | 'rates'>>,
): Promise<void> {
  const { rates } = change;
  if (rates) {
    refuseContradictions(rateGaps(rates));
    refuseContradictions(changedPastRates(before, rates, tx.now));
    await tx.query(`delete from tax_rates where tax_class = $1`, [code]);
    await insertRates(tx, code, rates);
  }
  const update = `update tax_classes set name = $2, version = version + 1 where code = $1`;
  await tx.query(update, [code, change.name ?? name]);
}

/** Removes a locked tax class. @throws IN_USE */
export async function removeTaxClass(tx: Tx, code: string): Promise<void> {
  const users = `select 1 from products where tax_class = $1 union all select 1 from shipping_methods where tax_class = $1 limit 1`;
  if ((await tx.query(users, [code])).length > 0)
    throw refused('IN_USE', { instead: 'give its products and shipping methods another tax class first' });
  await tx.query(`delete from tax_rates where tax_class = $1`, [code]);
  await tx.query(`delete from tax_classes where code = $1`, [code]);
}

const insertRates = (tx: Tx, code: string, rates: readonly TaxRate[]): Promise<object[]> =>
  tx.query(
    `insert into tax_rates (tax_class, valid_from, min_unit_price, percent)
      select $1, * from unnest($2::timestamptz[], $3::bigint[], $4::numeric[])`,
    [
      code,
      rates.map((rate) => rate.validFrom),
      rates.map((rate) => rate.minUnitPrice),
      rates.map((rate) => rate.percent),
    ],
  );
