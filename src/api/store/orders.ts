import type { ApiDeps } from '../deps.ts';
import type { AnyRoute } from '../http/route.ts';
import { guestOrders } from '../orders/access.ts';
import { buyerRoutes } from '../orders/buyer-routes.ts';

/** The order routes for guests, who prove access with the link in an order e-mail or with the token of their cart. */
export const guestOrderRoutes = (deps: ApiDeps): AnyRoute[] => buyerRoutes(deps, guestOrders(deps));
