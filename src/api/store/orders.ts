import type { ApiDeps } from '../deps.ts';
import { guestOrders } from '../orders/access.ts';
import { buyerRoutes } from '../orders/buyer-routes.ts';
import type { AnyRoute } from '../route.ts';

/** The orders of guests, whom the link in their mails or the token of their cart lets in. */
export const guestOrderRoutes = (deps: ApiDeps): AnyRoute[] => buyerRoutes(deps, guestOrders(deps));
