import { z } from 'zod';
import { zoneContradictions } from '../../../domain/pricing/contradictions/zone.ts';
import { paise } from '../../fields/amounts.ts';
import { stateSchema } from '../../store/checkout/address.ts';
import { requireTaxClass } from '../catalogue/fields.ts';
import { resource } from '../resources/resource.ts';
import { name, refuseContradictions } from './conditions.ts';

/** One at a time says which method is the default; the number is arbitrary but must stay. */
const DEFAULT_METHOD = 7_205_762;

const statuses = ['active', 'archived'] as const;
const grams = z.int().min(0).max(10_000_000);

const zone = z
  .strictObject({
    name,
    states: z.array(stateSchema).max(40).meta({ description: 'None: everywhere.' }),
    maxWeightGrams: grams.nullable().meta({ description: 'Heavier orders are not delivered.' }),
    rates: z
      .array(
        z.strictObject({
          fromWeightGrams: grams,
          fromSubtotal: paise.meta({ description: 'Of the goods before discounts.' }),
          price: paise,
        }),
      )
      .min(1)
      .max(50)
      .meta({ description: 'The heaviest that an order reaches counts, of these the one with the highest subtotal.' }),
  })
  .meta({ id: 'ShippingZone' });

const fields = {
  name,
  status: z.enum(statuses),
  isDefault: z
    .boolean()
    .meta({ description: 'It counts where none was chosen. Setting it takes it from another one.' }),
  position: z.int().min(0).max(1_000).meta({ description: 'Its place in the list for customers.' }),
  hsn: z.string().regex(/^(\d{4}|\d{6}|\d{8})$/, 'must be a SAC of 4, 6 or 8 digits, e.g. "996812"'),
  taxClass: z.string().min(1).max(80),
  zones: z.array(zone).min(1).max(50).meta({ description: 'The first that has the place counts.' }),
};

/** Ways of delivery: by zone, weight and subtotal. */
export const SHIPPING_METHODS = resource({
  path: 'shipping-methods',
  noun: 'shipping-method',
  schemaId: 'ShippingMethod',
  tag: 'Shipping methods',
  permission: 'price-lists:manage',
  table: 'shipping_methods',
  notFound: 'SHIPPING_METHOD_NOT_FOUND',
  statuses,
  fields,
  defaults: { status: 'active', isDefault: false, position: 100, hsn: '996812' },
  required: ['name', 'taxClass', 'zones'],
  json: ['zones'],
  prepare: (tx) => tx.query(`select pg_advisory_xact_lock($1)`, [DEFAULT_METHOD]),
  async check(tx, { zones, taxClass, isDefault, status }, id) {
    refuseContradictions(zoneContradictions(zones));
    await requireTaxClass(tx, taxClass);
    if (!isDefault || status !== 'active') return;
    await tx.query(
      `update shipping_methods set is_default = false, version = version + 1, updated_at = $2
        where is_default and id <> $1`,
      [id, tx.now],
    );
  },
});
