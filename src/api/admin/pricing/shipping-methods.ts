import { z } from 'zod';
import { refuseContradictions } from '../../../domain/pricing/contradictions/contradiction.ts';
import { zoneContradictions } from '../../../domain/pricing/contradictions/zone.ts';
import { requireTaxClass } from '../../../entities/catalogue/tax-rates.ts';
import { paise } from '../../fields/amounts.ts';
import { stateSchema } from '../../store/checkout/address.ts';
import { resource } from '../resources/old-resource.ts';
import { name } from './conditions.ts';

/** Key of the advisory lock that serialises changes of the default method. Arbitrary, but it must not change. */
const DEFAULT_METHOD_LOCK = 7_205_762;

const statuses = ['active', 'archived'] as const;
const grams = z.int().min(0).max(10_000_000);

const zone = z
  .strictObject({
    name,
    states: z.array(stateSchema).max(40).meta({ description: 'States of the zone; empty: all states.' }),
    maxWeightGrams: grams
      .nullable()
      .meta({ description: 'Weight limit in grams; heavier orders cannot be shipped. Null: no limit.' }),
    rates: z
      .array(
        z.strictObject({
          fromWeightGrams: grams,
          fromSubtotal: paise.meta({ description: 'Subtotal in paise before discounts, from which the rate applies.' }),
          price: paise,
        }),
      )
      .min(1)
      .max(50)
      .meta({
        description:
          'The rate with the highest `fromWeightGrams` that the order reaches applies; among equals, the one with the highest `fromSubtotal`.',
      }),
  })
  .meta({ id: 'ShippingZone' });

const fields = {
  name,
  status: z.enum(statuses),
  isDefault: z.boolean().meta({
    description:
      'Whether the method applies when the customer has chosen none. Setting it unsets the previous default.',
  }),
  position: z
    .int()
    .min(0)
    .max(1_000)
    .meta({ description: 'Position in the list for customers, ascending. Default: 100.' }),
  hsn: z.string().regex(/^(\d{4}|\d{6}|\d{8})$/, 'must be a SAC of 4, 6 or 8 digits, e.g. "996812"'),
  taxClass: z.string().min(1).max(80),
  zones: z
    .array(zone)
    .min(1)
    .max(50)
    .meta({ description: 'Delivery zones; the first zone that contains the state of the address applies.' }),
};

/** Shipping methods, priced by zone, weight and subtotal. */
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
  prepare: (tx) => tx.query(`select pg_advisory_xact_lock($1)`, [DEFAULT_METHOD_LOCK]),
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
