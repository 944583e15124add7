import { z } from 'zod';
import { orderNumber } from '../../domain/orders/number.ts';
import type { PersonalData } from '../../entities/account/privacy/export.ts';
import { addressSchema } from '../store/checkout/address.ts';

const instant = z.iso.datetime();
const amount = z.int().meta({ description: 'Paise.' });

const lineSchema = z.object({
  sku: z.string(),
  title: z.string(),
  hsn: z.string(),
  quantity: z.int(),
  unitPrice: amount,
  lineTotal: amount,
  discount: amount,
  taxableValue: amount,
  ratePercent: z.string(),
  cgst: amount,
  sgst: amount,
  igst: amount,
});

const orderSchema = z.object({
  id: z.uuid(),
  number: z.string(),
  checkoutId: z.uuid(),
  state: z.string(),
  placedAt: instant,
  placeOfSupply: z.string(),
  currency: z.string(),
  subtotal: amount,
  discount: amount,
  shipping: amount,
  tax: amount,
  total: amount,
  lines: z.array(lineSchema),
});

const checkoutSchema = z.object({
  id: z.uuid(),
  state: z.string(),
  reason: z.string().nullable(),
  email: z.string().nullable(),
  shippingAddress: addressSchema.nullable(),
  billingAddress: addressSchema.nullable(),
  currency: z.string(),
  total: amount.nullable(),
  createdAt: instant,
  payments: z.array(z.object({ method: z.string(), status: z.string() })),
});

const sessionSchema = z.object({
  id: z.uuid(),
  client: z.string().meta({ description: 'Name that the client reported.' }),
  createdAt: instant,
  lastUsedAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
  revokedBecause: z.string().nullable(),
});

const cartSchema = z.object({
  id: z.uuid(),
  status: z.string(),
  createdAt: instant,
  updatedAt: instant,
  codes: z.array(z.string()),
  items: z.array(z.object({ sku: z.string(), title: z.string(), quantity: z.int() })),
});

const reviewSchema = z.object({
  id: z.uuid(),
  variantId: z.uuid(),
  state: z.string(),
  rating: z.int(),
  title: z.string(),
  body: z.string(),
  createdAt: instant,
  updatedAt: instant,
});

export const personalDataSchema = z
  .object({
    exportedAt: instant,
    profile: z.object({
      id: z.uuid(),
      status: z.string(),
      email: z.string(),
      name: z.string(),
      phone: z.string().nullable(),
      emailVerifiedAt: instant.nullable(),
      createdAt: instant,
    }),
    emailChanges: z
      .array(z.object({ id: z.uuid(), formerEmail: z.string(), createdAt: instant, expiresAt: instant }))
      .meta({ description: 'Former e-mail addresses, kept while the change can be undone.' }),
    addresses: z.array(
      z.object({
        id: z.uuid(),
        address: addressSchema,
        isDefault: z.boolean(),
        createdAt: instant,
        updatedAt: instant,
      }),
    ),
    groups: z.array(z.object({ id: z.uuid(), name: z.string(), addedAt: instant })),
    sessions: z.array(sessionSchema),
    carts: z.array(cartSchema),
    checkouts: z.array(checkoutSchema),
    orders: z.array(orderSchema),
    reviews: z.array(reviewSchema),
    preferences: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'PersonalData' });

/** Responds with all personal data of a customer as a file download. */
export const personalDataAnswer = (data: PersonalData, now: Date) => ({
  status: 200,
  headers: { 'Cache-Control': 'no-store', 'Content-Disposition': 'attachment; filename="personal-data.json"' },
  body: {
    exportedAt: now,
    ...data,
    orders: data.orders.map((order) => ({ ...order, number: orderNumber(order.number) })),
  },
});
