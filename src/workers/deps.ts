import type { IssuingSeller } from '../domain/invoices/seller.ts';
import type { ShippingTax } from '../domain/pricing/inputs.ts';
import type { Vault } from '../entities/account/privacy/vault.ts';
import type { OrderLimits } from '../entities/cart/order-limits.ts';
import type { OffersCache } from '../entities/pricing/offers.ts';
import type { Popularity } from '../infra/cache/popularity.ts';
import type { Versions } from '../infra/cache/versions.ts';
import type { Database } from '../infra/database/database.ts';
import type { ChangeNotification } from '../infra/queue/change-notifications.ts';
import type { Queues } from '../infra/queue/queue.ts';
import type { Mailer } from '../ports/mail/port.ts';
import type { PaymentProvider } from '../ports/payments/port.ts';
import type { WebhookSender } from '../ports/webhooks/port.ts';
import type { Judge } from './reviews/judge.ts';

/** The dependencies of the workers; built in src/main. */
export interface WorkerDeps {
  db: Database;
  queues: Queues;
  provider: PaymentProvider;
  mailer: Mailer;
  /** Posts webhooks to subscribers. */
  sender: WebhookSender;
  /** Moderates reviews. */
  judge: Judge;
  /** Keys and blind indexes for personal data. */
  vault: Vault;
  /** Signs the tokens in e-mails. */
  secret: string;
  /** Base URL of the storefront, for the links in e-mails. */
  storeUrl: string;
  /** Base URL of the operations pages, for the links in e-mails to staff. */
  opsUrl: string;
  /** The most e-mails per day and kind to one address, for the kinds that strangers can trigger. */
  mailsPerDay: number;
  /** Lifetime in days of the order links in e-mails to guests. */
  orderLinkDays: number;
  /** Notifies waiting clients of a change; the clients then read the changed resource. */
  wake(change: ChangeNotification): void;
  /** Versions of the cached data, raised with each change. */
  versions: Versions;
  /** Counts the reads of cache entries. */
  popularity: Popularity;
  /** Refills the cache entry of a popularity key before it expires. @returns whether it refilled the entry */
  warm(key: string): Promise<boolean>;
  /** How long a checkout reserves its goods, in milliseconds: with and without a payment method. */
  holdMs: { withMethod: number; withoutMethod: number };
  /** The discounts and rates for pricing, cached in memory. */
  offers: OffersCache;
  /** Limits of one order. */
  orderLimits: OrderLimits;
  /** The seller on invoices, with number prefixes and logo. */
  seller: IssuingSeller;
  /** ISO 3166-2 code of the seller's state. It decides between CGST + SGST and IGST. Example: `IN-KA`. */
  sellerState: string;
  pricesIncludeTax: boolean;
  shippingTax: ShippingTax;
}
