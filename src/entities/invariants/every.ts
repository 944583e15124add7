import type { Law } from '../reconciliation/invariant.ts';
import { CHECKOUT_LAWS } from './checkouts.ts';
import { FULFILMENT_LAWS } from './fulfilment.ts';
import { IMPORT_LAWS } from './imports.ts';
import { INVOICE_LAWS } from './invoices.ts';
import { ORDER_LAWS } from './orders.ts';
import { PARTITION_LAWS } from './partitions.ts';
import { PAYMENT_LAWS } from './payments.ts';
import { PEOPLE_LAWS } from './people.ts';
import { REDEMPTION_LAWS } from './redemptions.ts';
import { REVIEW_LAWS } from './reviews.ts';
import { STOCK_LAWS } from './stock.ts';

/** Every conservation law of the shop. */
export const LAWS: readonly Law[] = [
  ...STOCK_LAWS,
  ...REDEMPTION_LAWS,
  ...CHECKOUT_LAWS,
  ...ORDER_LAWS,
  ...FULFILMENT_LAWS,
  ...INVOICE_LAWS,
  ...PAYMENT_LAWS,
  ...PEOPLE_LAWS,
  ...IMPORT_LAWS,
  ...REVIEW_LAWS,
  ...PARTITION_LAWS,
];
