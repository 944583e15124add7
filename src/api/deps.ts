import type { ShippingTax } from '../domain/pricing/inputs.ts';
import type { Vault } from '../entities/account/privacy/vault.ts';
import type { OrderLimits } from '../entities/cart/order-limits.ts';
import type { HoldLimits } from '../entities/checkout/open-checkout-limits.ts';
import type { OffersCache } from '../entities/pricing/offers.ts';
import type { LayeredCache } from '../infra/cache/layered-cache.ts';
import type { Cache } from '../infra/cache/redis-cache.ts';
import type { Versions } from '../infra/cache/versions.ts';
import type { Database } from '../infra/database/database.ts';
import type { ChangeNotifications } from '../infra/queue/change-notifications.ts';
import type { Queues } from '../infra/queue/queue.ts';
import type { SigningKeys } from './auth/access-token.ts';
import type { RateLimits } from './http/limits/rate-limits.ts';
import type { CachedResponses } from './store/cached-responses/cached-responses.ts';

/** The dependencies of the routes; src/main/web.ts builds them. */
export interface ApiDeps {
  db: Database;
  queues: Queues;
  notifications: ChangeNotifications;
  cache: Cache;
  /** Values that are read often, cached in memory and in Redis. */
  layers: LayeredCache;
  /** Cached responses to the storefront's catalogue reads. */
  cachedResponses: CachedResponses;
  /** The versions of cached values: a change raises the version of each value that it makes stale. */
  versions: Versions;
  /** The key that derives the tokens of carts and mails. */
  secret: string;
  /** Encrypts personal data. */
  vault: Vault;
  signingKeys: SigningKeys;
  limits: RateLimits;
  /** Whether the development accounts, whose passwords are public, may sign in; false in production. */
  allowsDevelopmentAccounts: boolean;
  /** Price lists, pricing rules, discounts, shipping methods and tax rates, as last read from the database. */
  offers: OffersCache;
  /** The limits of one order: units of a variant, units in all, value in paise. */
  orderLimits: OrderLimits;
  /** The limits on the stock that all unpaid checkouts of one account, or of one guest network, hold. */
  holdLimits: HoldLimits;
  /** ISO 4217 code. */
  currency: string;
  /** ISO 3166-2 code of the seller's state. */
  sellerState: string;
  pricesIncludeTax: boolean;
  shippingTax: ShippingTax;
  /** Replays the stored history of an aggregate up to step `to`, default: to the end; undefined for an unknown id. */
  replay(id: string, to?: number): Promise<(object & { kind: string }) | undefined>;
  /** Aborts when the process begins to stop; open event streams then end. */
  stopping: AbortSignal;
}
