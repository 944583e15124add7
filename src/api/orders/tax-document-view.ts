import { z } from 'zod';
import { DOCUMENT_TYPES } from '../../domain/invoices/document-type.ts';
import { DOCUMENT_KINDS } from '../../domain/invoices/numbering.ts';
import { UNITS } from '../../domain/invoices/unit.ts';
import { addressSchema } from '../store/checkout/address.ts';

const unit = z
  .enum([...UNITS, 'NA'])
  .nullable()
  .optional()
  .meta({
    description: 'Unique quantity code of the GST portal, e.g. `NOS`; `NA` for services. Absent on older documents.',
  });
const quantity = z.int().nullable().meta({ description: 'Units; null where a credit note corrects the value only.' });
const taxed = {
  taxable: z.int().meta({ description: 'Taxable value in paise, after discounts, without tax.' }),
  cgst: z.int(),
  sgst: z.int().meta({ description: 'SGST, or UTGST in a union territory without a legislature; paise.' }),
  igst: z.int(),
};
const taxes = z
  .array(
    z.object({
      name: z.enum(['CGST', 'SGST', 'UTGST', 'IGST']),
      ratePercent: z.string().meta({ description: 'Rate of this tax alone: `9` for half of 18 %.' }),
      amount: z.int().meta({ description: 'Paise.' }),
    }),
  )
  .optional()
  .meta({ description: 'Each tax with its own rate; empty when all is exempt. Absent on older documents.' });

const line = z.object({
  description: z.string(),
  sku: z.string(),
  hsn: z.string(),
  quantity,
  unit,
  unitPrice: z.int().nullable().optional().meta({
    description: 'Paise, with tax when `pricesIncludeTax`. On invoices; absent on credit notes and older documents.',
  }),
  discount: z.int().optional().meta({
    description: 'Paise, with tax when `pricesIncludeTax`: `quantity × unitPrice − discount` is what was charged.',
  }),
  reason: z.string().nullable().optional().meta({ description: 'Why a credit note corrects the value.' }),
  ratePercent: z.string().meta({ description: 'Rate of all taxes together, e.g. `18`.' }),
  ...taxed,
  taxes,
  total: z.int().meta({ description: 'Taxable value and taxes, in paise.' }),
});

/** An invoice, bill of supply or credit note as JSON. */
export const taxDocumentSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(DOCUMENT_KINDS).meta({ description: 'The series of its number.' }),
    type: z.enum(DOCUMENT_TYPES).optional().meta({
      description:
        'Tax invoice (CGST Rules, rule 46), bill of supply for exempt goods (49), both in one (46A), or credit note (53). Absent on older documents.',
    }),
    title: z.string().optional().meta({ description: 'As printed, e.g. `Bill of Supply`. Absent on older documents.' }),
    number: z.string().meta({ description: 'At most 16 characters, e.g. `VC/26-27/000123`.' }),
    issuedOn: z.iso.date(),
    against: z
      .object({ number: z.string(), issuedOn: z.iso.date() })
      .nullable()
      .meta({ description: 'The invoice that a credit note corrects.' }),
    orderNumber: z.string(),
    currency: z.string(),
    seller: z.object({
      name: z.string(),
      address: z.array(z.string()),
      gstin: z.string(),
      state: z.string(),
      contact: z.string().optional(),
    }),
    buyer: z.object({ billingAddress: addressSchema.nullable(), shippingAddress: addressSchema.nullable() }),
    placeOfSupply: z.object({ name: z.string(), gstCode: z.string() }),
    reverseCharge: z.literal(false),
    pricesIncludeTax: z
      .boolean()
      .optional()
      .meta({ description: 'Whether unit prices and discounts include the tax. On invoices; absent on older ones.' }),
    lines: z.array(line),
    hsnSummary: z.array(z.object({ hsn: z.string(), ratePercent: z.string(), quantity, unit, ...taxed, taxes })),
    totals: z.object({ ...taxed, discount: z.int().optional(), total: z.int() }),
    inWords: z.string(),
    terms: z.string().optional(),
  })
  .meta({ id: 'TaxDocument', description: 'Amounts in paise.' });

export const creditNoteHeadSchema = z
  .object({ id: z.uuid(), number: z.string(), issuedOn: z.iso.date(), total: z.int(), refundId: z.uuid() })
  .meta({ id: 'CreditNoteHead', description: 'Paise.' });
