import type { ApiDeps } from '../../deps.ts';
import type { AnyRoute } from '../../route.ts';
import { thingRoutes } from '../things/routes.ts';
import { bundleOfferRoutes } from './bundle-offer.ts';
import { BUNDLES } from './bundles.ts';
import { discountCodeRoutes } from './discount-codes.ts';
import { redemptionRoutes } from './discount-uses.ts';
import { DISCOUNTS } from './discounts.ts';
import { previewRoutes } from './preview.ts';
import { priceListEntryRoutes } from './price-list-entries.ts';
import { PRICE_LISTS } from './price-lists.ts';
import { PRICING_RULES } from './pricing-rules.ts';
import { SHIPPING_METHODS } from './shipping-methods.ts';
import { taxClassRoutes } from './tax-classes.ts';

/** Everything that prices are made of. */
export const pricingAdminRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...thingRoutes(deps, PRICE_LISTS),
  ...priceListEntryRoutes(deps),
  ...thingRoutes(deps, PRICING_RULES),
  ...thingRoutes(deps, DISCOUNTS),
  ...discountCodeRoutes(deps),
  ...redemptionRoutes(deps),
  ...previewRoutes(deps),
  ...thingRoutes(deps, BUNDLES),
  ...bundleOfferRoutes(deps),
  ...thingRoutes(deps, SHIPPING_METHODS),
  ...taxClassRoutes(deps),
];
