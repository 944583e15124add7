import type { ShippingTax } from '../domain/pricing/inputs.ts';
import type { Vault } from '../entities/account/privacy/vault.ts';
import type { OrderLimits } from '../entities/cart/order-limits.ts';
import type { HoldLimits } from '../entities/checkout/checkout-holds.ts';
import type { HeldOffers } from '../entities/pricing/offers.ts';
import type { LayeredCache } from '../infra/cache/layered-cache.ts';
import type { Cache } from '../infra/cache/redis-cache.ts';
import type { Versions } from '../infra/cache/versions.ts';
import type { Database } from '../infra/database/database.ts';
import type { ChangeNotifications } from '../infra/queue/change-notifications.ts';
import type { Queues } from '../infra/queue/queue.ts';
import type { SigningKeys } from './auth/access-token.ts';
import type { Limits } from './http/limits/rate-limits.ts';
import type { CachedResponses } from './store/cached-responses/cached-responses.ts';

/** What the doors work with; put together in main/. */
export interface ApiDeps {
  db: Database;
  queues: Queues;
  notifications: ChangeNotifications;
  cache: Cache;
  /** What is read again and again, in memory and in Redis. */
  layers: LayeredCache;
  /** What shop fronts read, kept there. */
  pages: CachedResponses;
  /** Told what was changed. */
  versions: Versions;
  /** Signs the secrets that are handed out with carts and mails. */
  secret: string;
  /** Seals personal data. */
  vault: Vault;
  signingKeys: SigningKeys;
  limits: Limits;
  /** Accounts with passwords that everybody knows may sign in: in development only. */
  admitsDevelopmentAccounts: boolean;
  /** What prices are made with, as it was read last. */
  offers: HeldOffers;
  /** What one order may hold. */
  orderLimits: OrderLimits;
  /** The most that the unpaid checkouts of one account, or of one network of guests, hold together. */
  holdLimits: HoldLimits;
  /** ISO 4217. */
  currency: string;
  /** ISO 3166-2 code of the seller's state. */
  sellerState: string;
  pricesIncludeTax: boolean;
  shippingTax: ShippingTax;
  /** Goes through a stored history again, to step `to` or its end; undefined for an unknown id. */
  replay(id: string, to?: number): Promise<(object & { kind: string }) | undefined>;
  /** Aborts when the process begins to stop: open streams then end. */
  stopping: AbortSignal;
}
