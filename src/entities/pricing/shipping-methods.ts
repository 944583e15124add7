import { refused } from '../../domain/errors.ts';
import type { ShippingMethodInput } from '../../domain/pricing/inputs.ts';
import type { Query } from '../../infra/database/query.ts';
import { ratesOf } from '../catalogue/tax-rates.ts';

/** Checks that a shipping method exists and is active. @throws SHIPPING_METHOD_UNKNOWN */
export async function requireMethod(query: Query, shippingMethodId: string): Promise<void> {
  const found = await query(`select 1 from shipping_methods where id = $1 and status = 'active'`, [shippingMethodId]);
  if (found.length === 0) throw refused('SHIPPING_METHOD_UNKNOWN', { shippingMethodId });
}

/** Loads the active shipping methods in display order. */
export const loadShippingMethods = (query: Query): Promise<ShippingMethodInput[]> =>
  query<ShippingMethodInput>(
    `select id, name, hsn, zones, ${ratesOf('m.tax_class')} as "taxRates"
      from shipping_methods m where status = 'active' order by position, id`,
    [],
  );
