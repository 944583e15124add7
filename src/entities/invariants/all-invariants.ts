import { ANALYTICS_INVARIANTS } from '../analytics/invariants.ts';
import type { Invariant } from '../reconciliation/invariant.ts';
import { CHECKOUT_INVARIANTS } from './checkouts.ts';
import { FULFILMENT_INVARIANTS } from './fulfilment.ts';
import { IMPORT_INVARIANTS } from './imports.ts';
import { INVOICE_INVARIANTS } from './invoices.ts';
import { ORDER_INVARIANTS } from './orders.ts';
import { PARTITION_INVARIANTS } from './partitions.ts';
import { PAYMENT_INVARIANTS } from './payments.ts';
import { PEOPLE_INVARIANTS } from './people.ts';
import { REDEMPTION_INVARIANTS } from './redemptions.ts';
import { REVIEW_INVARIANTS } from './reviews.ts';
import { STOCK_INVARIANTS } from './stock.ts';

/** All invariants of the shop. */
export const INVARIANTS: readonly Invariant[] = [
  ...STOCK_INVARIANTS,
  ...REDEMPTION_INVARIANTS,
  ...CHECKOUT_INVARIANTS,
  ...ORDER_INVARIANTS,
  ...FULFILMENT_INVARIANTS,
  ...INVOICE_INVARIANTS,
  ...PAYMENT_INVARIANTS,
  ...PEOPLE_INVARIANTS,
  ...IMPORT_INVARIANTS,
  ...REVIEW_INVARIANTS,
  ...ANALYTICS_INVARIANTS,
  ...PARTITION_INVARIANTS,
];
