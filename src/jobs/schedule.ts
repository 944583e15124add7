import type { JobKind } from '../infra/queue/queue.ts';
import { decayPopularity, warmCaches } from './caches.ts';
import { advanceCheckout } from './checkout.ts';
import { runImport } from './imports.ts';
import { issueDocuments, renderDocument } from './invoices.ts';
import { sendAccountEmail, sendOrderEmail, startPasswordReset } from './mail.ts';
import { carryOutCommand, claimGuestOrders } from './orders.ts';
import { askProvider, executeOperation, processProviderEvents } from './payments.ts';
import {
  addUpAnalytics,
  continueRun,
  healDiscrepancy,
  preparePartitions,
  reconcileAll,
  reconcileRecent,
  recountAnalytics,
  sweep,
} from './reconciliation.ts';
import { moderateReview, recountReviews, tryReviewPolicy } from './reviews.ts';
import { deliverWebhooks } from './webhooks.ts';

/** Every job. */
export const JOBS = [
  advanceCheckout,
  executeOperation,
  processProviderEvents,
  askProvider,
  sendAccountEmail,
  sendOrderEmail,
  startPasswordReset,
  runImport,
  carryOutCommand,
  claimGuestOrders,
  issueDocuments,
  renderDocument,
  deliverWebhooks,
  moderateReview,
  tryReviewPolicy,
  recountReviews,
  warmCaches,
  decayPopularity,
  sweep,
  preparePartitions,
  reconcileRecent,
  reconcileAll,
  continueRun,
  healDiscrepancy,
  addUpAnalytics,
  recountAnalytics,
] as const satisfies readonly JobKind[];

export type JobName = (typeof JOBS)[number]['name'];

/** Every scheduled job, as cron patterns in IST with seconds. A missed or duplicate run does no harm. */
export const SCHEDULES = [
  { job: preparePartitions, pattern: '0 10 3 * * *' },
  { job: reconcileRecent, pattern: '0 */15 * * * *' },
  { job: reconcileAll, pattern: '0 40 3 * * *' },
  { job: recountReviews, pattern: '0 20 4 * * *' },
  { job: addUpAnalytics, pattern: '50 * * * * *' },
  { job: recountAnalytics, pattern: '0 50 4 * * *' },
  { job: warmCaches, pattern: '20 * * * * *' },
  { job: decayPopularity, pattern: '40 0 * * * *' },
] as const;
