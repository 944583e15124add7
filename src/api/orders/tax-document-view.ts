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
    description:
      'Unit quantity code (UQC) of the GST portal, e.g. `NOS`; `NA` for services. Absent on older documents.',
  });
const quantity = z.int().nullable().meta({ description: 'Units; null when a credit note corrects only the value.' });
const taxed = {
  taxable: z.int().meta({ description: 'Taxable value in paise, after discounts, without tax.' }),
  cgst: z.int().meta({ description: 'CGST in paise.' }),
  sgst: z.int().meta({ description: 'SGST in paise; UTGST in a union territory without a legislature.' }),
  igst: z.int().meta({ description: 'IGST in paise.' }),
};
const taxes = z
  .array(
    z.object({
      name: z.enum(['CGST', 'SGST', 'UTGST', 'IGST']),
      ratePercent: z
        .string()
        .meta({ description: 'Rate of this tax in percent, e.g. `9` for CGST when the GST rate is 18 %.' }),
      amount: z.int().meta({ description: 'Paise.' }),
    }),
  )
  .optional()
  .meta({ description: 'Each tax with its own rate; empty when the goods are exempt. Absent on older documents.' });

const line = z.object({
  description: z.string(),
  sku: z.string(),
  hsn: z.string(),
  quantity,
  unit,
  unitPrice: z.int().nullable().optional().meta({
    description: 'Paise, including tax when `pricesIncludeTax`. Absent on credit notes and older documents.',
  }),
  discount: z.int().optional().meta({
    description: 'Paise, including tax when `pricesIncludeTax`. The charge is `quantity × unitPrice − discount`.',
  }),
  reason: z.string().nullable().optional().meta({ description: 'Why a credit note corrects the value.' }),
  ratePercent: z.string().meta({ description: 'Rate of all taxes together in percent, e.g. `18`.' }),
  ...taxed,
  taxes,
  total: z.int().meta({ description: 'Taxable value plus taxes, in paise.' }),
});

/** An invoice, a bill of supply or a credit note as JSON. */
export const taxDocumentSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(DOCUMENT_KINDS).meta({ description: 'Number series of the document.' }),
    type: z.enum(DOCUMENT_TYPES).optional().meta({
      description:
        'Tax invoice (CGST Rules, rule 46), bill of supply for exempt goods (rule 49), invoice-cum-bill of supply (rule 46A), or credit note (rule 53). Absent on older documents.',
    }),
    title: z
      .string()
      .optional()
      .meta({ description: 'Printed title, e.g. `Bill of Supply`. Absent on older documents.' }),
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
      .meta({ description: 'Whether unit prices and discounts include tax. On invoices; absent on older invoices.' }),
    lines: z.array(line),
    hsnSummary: z.array(z.object({ hsn: z.string(), ratePercent: z.string(), quantity, unit, ...taxed, taxes })),
    totals: z.object({ ...taxed, discount: z.int().optional(), total: z.int() }),
    inWords: z.string(),
    terms: z.string().optional(),
  })
  .meta({ id: 'TaxDocument', description: 'Amounts in paise.' });

export const creditNoteHeadSchema = z
  .object({ id: z.uuid(), number: z.string(), issuedOn: z.iso.date(), total: z.int(), refundId: z.uuid() })
  .meta({ id: 'CreditNoteHead', description: 'Amounts in paise.' });
