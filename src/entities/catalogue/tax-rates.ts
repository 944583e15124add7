import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';

/** SQL for the rates of a tax class as JSON `TaxRate[]`; `taxClass` is the SQL of its code. */
export const ratesOf = (taxClass: string): string =>
  `(select json_agg(json_build_object('validFrom', r.valid_from, 'minUnitPrice', r.min_unit_price,
      'percent', r.percent::text) order by r.valid_from, r.min_unit_price)
    from tax_rates r where r.tax_class = ${taxClass})`;

/** @throws REFERENCE_UNKNOWN for a tax class without a current rate: its products could not be priced */
export async function requireTaxClass(tx: Tx, taxClass: string): Promise<void> {
  const rates = await tx.query(`select 1 from tax_rates where tax_class = $1 and valid_from <= now() limit 1`, [
    taxClass,
  ]);
  if (rates.length === 0) throw refused('REFERENCE_UNKNOWN', { field: 'taxClass', ids: [taxClass] });
}
