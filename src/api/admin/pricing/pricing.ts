import type { ApiDeps } from '../../deps.ts';
import type { AnyRoute } from '../../http/route.ts';
import { resourceRoutes } from '../resources/routes.ts';
import { bundleOfferRoutes } from './bundles/bundle-offer.ts';
import { BUNDLES } from './bundles/bundles.ts';
import { discountCodeRoutes } from './discounts/discount-codes.ts';
import { redemptionRoutes } from './discounts/discount-uses.ts';
import { DISCOUNTS } from './discounts/discounts.ts';
import { previewRoutes } from './preview.ts';
import { priceListEntryRoutes } from './price-list-entries.ts';
import { PRICE_LISTS } from './price-lists.ts';
import { PRICING_RULES } from './pricing-rules.ts';
import { SHIPPING_METHODS } from './shipping-methods.ts';
import { taxClassRoutes } from './tax-classes.ts';

/** Price lists, pricing rules, discounts, bundles, shipping methods and tax classes. */
export const pricingAdminRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...resourceRoutes(deps, PRICE_LISTS),
  ...priceListEntryRoutes(deps),
  ...resourceRoutes(deps, PRICING_RULES),
  ...resourceRoutes(deps, DISCOUNTS),
  ...discountCodeRoutes(deps),
  ...redemptionRoutes(deps),
  ...previewRoutes(deps),
  ...resourceRoutes(deps, BUNDLES),
  ...bundleOfferRoutes(deps),
  ...resourceRoutes(deps, SHIPPING_METHODS),
  ...taxClassRoutes(deps),
];
