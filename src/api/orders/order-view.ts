import { z } from 'zod';
import { ORDER_COMMANDS, ORDER_STATES, REFUND_STATES, RETURN_STATES } from '../../domain/states.ts';
import { totalsSchema } from '../fields/totals.ts';
import { traceIdSchema } from '../fields/trace-id.ts';
import { addressSchema } from '../store/checkout/address.ts';

const unitsSchema = z.object({ line: z.int(), quantity: z.int() });
const instant = z.iso.datetime();

const lineSchema = z
  .object({
    line: z.int(),
    variantId: z.uuid(),
    sku: z.string(),
    title: z.string(),
    bundleId: z.uuid().nullable(),
    quantity: z.int(),
    unitPrice: z.int(),
    lineTotal: z.int(),
    discount: z.int(),
    taxableValue: z.int(),
    ratePercent: z.string(),
    cgst: z.int(),
    sgst: z.int(),
    igst: z.int(),
    shipped: z.int(),
    cancelled: z.int(),
    returned: z.int(),
    refunded: z.int().meta({ description: 'Units with a requested or completed refund.' }),
  })
  .meta({ id: 'OrderLine', description: 'Amounts in paise, quantities in units.' });

/** A shipment with its units. */
export const shipmentSchema = z
  .object({
    id: z.uuid(),
    number: z.int(),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    shippedAt: instant,
    deliveredAt: instant.nullable(),
    lines: z.array(unitsSchema),
  })
  .meta({ id: 'Shipment' });

const refundSchema = z
  .object({
    id: z.uuid(),
    amount: z.int(),
    cause: z.enum(['cancellation', 'refund', 'return', 'provider', 'outside']).meta({
      description:
        '`provider`: created in the dashboard of the payment provider; `outside`: staff paid the money back in another way.',
    }),
    state: z.enum(REFUND_STATES),
    failure: z.string().nullable(),
    createdAt: instant,
    decidedAt: instant.nullable(),
    lines: z.array(unitsSchema.extend({ amount: z.int() })).meta({
      description:
        'Lines of the credit note. Line 0 is the shipping. Quantity 0 reduces only the value of the line; no units are returned.',
    }),
  })
  .meta({ id: 'OrderRefund', description: 'Amounts in paise.' });

const returnSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(RETURN_STATES),
    reason: z.string(),
    refundId: z.uuid().nullable(),
    createdAt: instant,
    decidedAt: instant.nullable(),
    receivedAt: instant.nullable(),
    lines: z.array(unitsSchema.extend({ restocked: z.int() })),
  })
  .meta({ id: 'OrderReturn' });

const stepSchema = z
  .object({ from: z.string().nullable(), to: z.enum(ORDER_STATES), event: z.string(), at: instant })
  .meta({ id: 'OrderStep' });

const headSchema = z.object({
  id: z.uuid(),
  number: z.string(),
  state: z.enum(ORDER_STATES),
  currency: z.string(),
  total: z.int(),
  placedAt: instant,
});

/** An order in a list. */
export const orderHeadSchema = headSchema.meta({ id: 'OrderHead', description: 'Amounts in paise.' });
export const adminOrderHeadSchema = headSchema.extend({ customerId: z.uuid().nullable() }).meta({
  id: 'AdminOrderHead',
  description: 'Amounts in paise. `customerId` is null for a guest whose e-mail address no account has verified.',
});

/** An order with its shipments, refunds, returns and history. */
export const orderSchema = headSchema
  .omit({ total: true })
  .extend({
    checkoutId: z.uuid(),
    totals: totalsSchema,
    refunded: z.int().meta({ description: 'Refunded amount in paise.' }),
    pricesIncludeTax: z.boolean(),
    shippingMethod: z.string().nullable(),
    shippingAddress: addressSchema.nullable(),
    billingAddress: addressSchema.nullable(),
    lines: z.array(lineSchema),
    shipments: z.array(shipmentSchema),
    refunds: z.array(refundSchema),
    returns: z.array(returnSchema),
    history: z.array(stepSchema),
    allowed: z.array(z.enum(ORDER_COMMANDS)).meta({ description: 'Commands that the state of the order allows now.' }),
    version: z.int(),
  })
  .meta({ id: 'Order' });

export const adminOrderSchema = orderSchema
  .extend({
    customerId: z.uuid().nullable(),
    email: z.string().nullable(),
    history: z.array(
      stepSchema.extend({
        actor: z.string(),
        reason: z.string().nullable(),
        cause: z.string().nullable(),
        requestId: z.string().nullable(),
        traceId: traceIdSchema,
      }),
    ),
  })
  .meta({ id: 'AdminOrder' });

export type AdminOrder = z.infer<typeof adminOrderSchema>;
