import type { ApiDeps } from '../../deps.ts';
import type { AnyRoute } from '../../http/route.ts';
import { bestsellersRoute } from './bestsellers.ts';
import { conversionRoute } from './conversion.ts';
import { discountUseRoute } from './discounts.ts';
import { reviewFiguresRoute } from './reviews.ts';
import { salesRoute } from './sales.ts';
import { stockFiguresRoute } from './stock.ts';

/** Figures about the shop, for staff who may read analytics. */
export const analyticsRoutes = (deps: ApiDeps): AnyRoute[] => [
  salesRoute(deps),
  conversionRoute(deps),
  bestsellersRoute(deps),
  discountUseRoute(deps),
  stockFiguresRoute(deps),
  reviewFiguresRoute(deps),
];
