import { accountRoutes } from './account/account.ts';
import { adminRoutes } from './admin/admin.ts';
import type { ApiDeps } from './deps.ts';
import { type HealthDeps, healthRoutes } from './health.ts';
import type { AnyRoute } from './route.ts';
import { bundleRoutes } from './store/bundles.ts';
import { cartRoutes } from './store/cart.ts';
import { checkoutRoutes } from './store/checkout.ts';
import { checkoutEventRoutes } from './store/checkout-events.ts';
import { guestOrderRoutes } from './store/orders.ts';
import { pricingRoutes } from './store/pricing.ts';
import { productRoutes } from './store/products.ts';
import { reviewRoutes } from './store/reviews.ts';
import { type WebhookVerifier, webhookRoutes } from './webhooks.ts';

/** Every door of the house. */
export const allRoutes = (deps: ApiDeps, others: { health: HealthDeps; provider: WebhookVerifier }): AnyRoute[] => [
  ...healthRoutes(others.health),
  ...productRoutes(deps),
  ...reviewRoutes(deps),
  ...bundleRoutes(deps),
  ...cartRoutes(deps),
  ...pricingRoutes(deps),
  ...checkoutRoutes(deps),
  ...checkoutEventRoutes(deps),
  ...guestOrderRoutes(deps),
  ...accountRoutes(deps),
  ...adminRoutes(deps),
  ...webhookRoutes(deps, others.provider),
];
