import type { IssuingSeller } from '../domain/invoices/seller.ts';
import type { ShippingTax } from '../domain/pricing/inputs.ts';
import type { Vault } from '../entities/account/privacy/vault.ts';
import type { OrderLimits } from '../entities/cart/order-limits.ts';
import type { HeldOffers } from '../entities/pricing/offers.ts';
import type { Popularity } from '../infra/cache/popularity.ts';
import type { Versions } from '../infra/cache/versions.ts';
import type { Database } from '../infra/database/database.ts';
import type { ChangeNotification } from '../infra/queue/change-notifications.ts';
import type { Queues } from '../infra/queue/queue.ts';
import type { Mailer } from '../ports/mail/port.ts';
import type { PaymentProvider } from '../ports/payments/port.ts';
import type { WebhookSender } from '../ports/webhooks/port.ts';
import type { Judge } from './reviews/judge.ts';

/** What the hands work with; put together in main/. */
export interface WorkerDeps {
  db: Database;
  queues: Queues;
  provider: PaymentProvider;
  mailer: Mailer;
  /** Posts to subscribers. */
  sender: WebhookSender;
  /** Judges what customers write. */
  judge: Judge;
  /** Opens personal data. */
  vault: Vault;
  /** Signs the tokens that are sent in mails. */
  secret: string;
  /** Where the shop front is: the base of the links in mails. */
  storeUrl: string;
  /** How many mails of each kind that strangers can cause an address gets in a day. */
  mailsPerDay: number;
  /** How many days the links in mails to guests work. */
  orderLinkDays: number;
  /** Tells waiting clients that a checkout changed; they then read it. */
  wake(hint: ChangeNotification): void;
  /** Told what was changed. */
  versions: Versions;
  /** What shop fronts read most. */
  popularity: Popularity;
  /** Makes a page anew before it is over, by the key it is counted under. @returns whether it did */
  warm(key: string): Promise<boolean>;
  /** How long a checkout holds its goods, in milliseconds: after, and until, the customer has given a payment method. */
  holdMs: { withMethod: number; withoutMethod: number };
  /** What prices are made with, as it was read last. */
  offers: HeldOffers;
  /** What one order may hold. */
  orderLimits: OrderLimits;
  /** Who stands on invoices, and with what they are made. */
  seller: IssuingSeller;
  /** ISO 3166-2 code of the seller's state: decides CGST + SGST or IGST. */
  sellerState: string;
  pricesIncludeTax: boolean;
  shippingTax: ShippingTax;
}
