import { refused } from '../../domain/errors.ts';
import type { ShippingMethod } from '../../domain/pricing/inputs.ts';
import type { Query } from '../../infra/database/query.ts';
import { ratesOf } from '../catalogue/tax-rates.ts';

/** @throws SHIPPING_METHOD_UNKNOWN for a method that does not exist or is not on offer any more. */
export async function requireMethod(query: Query, shippingMethodId: string): Promise<void> {
  const known = await query(`select 1 from shipping_methods where id = $1 and status = 'active'`, [shippingMethodId]);
  if (known.length === 0) throw refused('SHIPPING_METHOD_UNKNOWN', { shippingMethodId });
}

/** Every method on offer, in the order in which they are shown. */
export const loadShippingMethods = (query: Query): Promise<ShippingMethod[]> =>
  query<ShippingMethod>(
    `select id, name, hsn, zones, ${ratesOf('m.tax_class')} as "taxRates"
      from shipping_methods m where status = 'active' order by position, id`,
    [],
  );
