import { z } from 'zod';
import { addressSchema } from '../store/address.ts';

/** Absent on what was issued before units were named. */
const unit = z.enum(['NOS', 'NA']).optional().meta({ description: 'Unique quantity code; NA for services.' });
const taxed = { taxable: z.int(), cgst: z.int(), sgst: z.int(), igst: z.int() };

/** An invoice or a credit note as JSON. */
export const taxDocumentSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(['invoice', 'credit-note']),
    number: z.string(),
    issuedOn: z.iso.date(),
    against: z
      .object({ number: z.string(), issuedOn: z.iso.date() })
      .nullable()
      .meta({ description: 'The invoice that a credit note corrects.' }),
    orderNumber: z.string(),
    currency: z.string(),
    seller: z.object({ name: z.string(), address: z.array(z.string()), gstin: z.string(), state: z.string() }),
    buyer: z.object({ billingAddress: addressSchema.nullable(), shippingAddress: addressSchema.nullable() }),
    placeOfSupply: z.object({ name: z.string(), gstCode: z.string() }),
    reverseCharge: z.literal(false),
    lines: z.array(
      z.object({
        description: z.string(),
        sku: z.string(),
        hsn: z.string(),
        quantity: z.int(),
        unit,
        ratePercent: z.string(),
        ...taxed,
        total: z.int(),
      }),
    ),
    hsnSummary: z.array(z.object({ hsn: z.string(), ratePercent: z.string(), quantity: z.int(), unit, ...taxed })),
    totals: z.object({ ...taxed, total: z.int() }),
    inWords: z.string(),
  })
  .meta({ id: 'TaxDocument', description: 'Paise.' });

export const creditNoteHeadSchema = z
  .object({ id: z.uuid(), number: z.string(), issuedOn: z.iso.date(), total: z.int(), refundId: z.uuid() })
  .meta({ id: 'CreditNoteHead', description: 'Paise.' });
