import { z } from 'zod';
import { ShippingMethod } from '../../../entities/offers/shipping-method.ts';
import { paise } from '../../fields/amounts.ts';
import { stateSchema } from '../../store/checkout/address.ts';
import { bodiesOf, managedResource, VERSION_AND_TIMES, viewOf } from '../resources/managed-resource.ts';
import { name } from './conditions.ts';

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
export const SHIPPING_METHODS = managedResource({
  path: 'shipping-methods',
  noun: 'shipping-method',
  tag: 'Shipping methods',
  permission: 'price-lists:manage',
  notFound: 'SHIPPING_METHOD_NOT_FOUND',
  statuses,
  view: viewOf('ShippingMethod', fields),
  select: `select t.id, t.name, t.status, t.is_default as "isDefault", t.position, t.hsn, t.tax_class as "taxClass",
      t.zones, ${VERSION_AND_TIMES} from shipping_methods t`,
  ...bodiesOf(fields, ['name', 'taxClass', 'zones']),
  entity: ShippingMethod,
  prepare: (tx) => ShippingMethod.lockDefault(tx),
  create: (tx, body) => ShippingMethod.create(tx, body),
  change: (tx, method, body) => method.change(tx, body),
  remove: async (tx, method) => tx.remove(method),
});
