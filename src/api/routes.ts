import type { ReadinessDeps } from '../infra/readiness.ts';
import { accountRoutes } from './account/account.ts';
import { adminRoutes } from './admin/admin.ts';
import type { ApiDeps } from './deps.ts';
import { healthRoutes } from './health.ts';
import type { AnyRoute } from './http/route.ts';
import { reviewRoutes } from './reviews/reviews.ts';
import { cartRoutes } from './store/cart/cart.ts';
import { bundleRoutes } from './store/catalogue/bundles.ts';
import { productRoutes } from './store/catalogue/products.ts';
import { checkoutRoutes } from './store/checkout/checkout.ts';
import { checkoutEventRoutes } from './store/checkout/checkout-events.ts';
import { guestOrderRoutes } from './store/orders.ts';
import { pricingRoutes } from './store/pricing/pricing.ts';
import { type WebhookVerifier, webhookRoutes } from './webhooks/payment-provider.ts';

/** All routes of the API. */
export const allRoutes = (deps: ApiDeps, others: { health: ReadinessDeps; provider: WebhookVerifier }): AnyRoute[] => [
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
