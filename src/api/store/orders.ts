import type { ApiDeps } from '../deps.ts';
import type { AnyRoute } from '../http/route.ts';
import { guestOrders } from '../orders/access.ts';
import { buyerRoutes } from '../orders/buyer-routes.ts';

/** The orders of guests, whom the link in their mails or the token of their cart lets in. */
export const guestOrderRoutes = (deps: ApiDeps): AnyRoute[] => buyerRoutes(deps, guestOrders(deps));
